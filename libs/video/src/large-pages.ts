/**
 * Settings of glibc's allocator for a process that decodes or scores (`GLIBC_TUNABLES`): memory comes in pages of 2 MB where the kernel gives
 * them, and what was freed is kept for the next frame. By default every frame, crop and model comes and goes page by page of 4 kB, which took a
 * quarter of the CPU of a scan: 170,000 page faults for 10 s of 720p, 45,000 with this. One arena for all threads, as each would keep its own. Other C
 * libraries ignore it; what the operator has set himself holds. `assay` has the same words.
 */
export const largePages = [
  'glibc.malloc.hugetlb=1',
  'glibc.malloc.arena_max=1',
  'glibc.malloc.top_pad=33554432',
  'glibc.malloc.mmap_threshold=1073741824',
  'glibc.malloc.trim_threshold=4294967296',
].join(':');

/** For the environment of a child process. */
export const allocatorSettings = (): { GLIBC_TUNABLES: string } => ({
  GLIBC_TUNABLES: process.env['GLIBC_TUNABLES'] ?? largePages,
});
