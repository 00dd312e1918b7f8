const seconds = (value) => value.toFixed(2);
const pair = ({ wall, cpu }) => `${seconds(wall)} / ${seconds(cpu)}`;

const table = (heads, rows) =>
  [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** Seconds are wall / CPU. */
export function speedTable(rows, repeats) {
  const heads = [
    'clip',
    'frames, faces, crops',
    '`assay scan`',
    'in a process that is up',
    'bare decode',
    'bare inference',
    'scan : floor, wall',
    'CPU',
    'up : floor, wall',
  ];
  const cells = rows.map((row) => {
    const floor = (kind) => row.decode[kind] + row.infer[kind];
    return [
      `${row.name}, ${row.megabitsPerSecond.toFixed(1)} Mbit/s`,
      `${row.frames}, ${row.faces}, ${row.crops}`,
      pair(row.scan),
      seconds(row.warmWall),
      pair(row.decode),
      pair(row.infer),
      (row.scan.wall / floor('wall')).toFixed(2),
      (row.scan.cpu / floor('cpu')).toFixed(2),
      (row.warmWall / floor('wall')).toFixed(2),
    ];
  });
  return (
    `Seconds, wall / CPU, median of ${repeats}. \`assay scan\` is the whole process from start to end; beside it ` +
    `the same scan in a process whose models are loaded, as a worker's are, and which takes the fingerprint for known media (wall). The floor is bare ` +
    `\`ffmpeg\` decoding the same frames plus bare \`session.run\` on the same number and shape of tensors, two threads ` +
    `each, measured in turns with the scan.\n\n${table(heads, cells)}`
  );
}

export function memoryTable({ apiIdle, apiUpload, workerIdle, worker, ffmpeg, together }) {
  const over = apiUpload - apiIdle;
  const rows = [
    ['worker process, idle with models loaded', workerIdle, ''],
    ['worker process, scan of 10 min of 1080p with a face', worker, '<= 700'],
    ['its ffmpeg, the largest', ffmpeg, ''],
    ['worker and ffmpeg together', together, ''],
    ['API process, idle', apiIdle, ''],
    ['API process, while 2 GB are uploaded', apiUpload, `<= 60 above idle: ${over.toFixed(0)}`],
  ];
  return `Highest resident memory of processes of \`assay up --workers 1\` (the API process is also the parent).\n\n${table(
    ['process', 'MB', 'goal'],
    rows.map(([name, value, goal]) => [name, value.toFixed(0), goal]),
  )}`;
}
