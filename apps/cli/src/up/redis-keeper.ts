/**
 * Shell script that stands between the service and its Redis. Its standard input is a pipe whose other end only the
 * service holds: when it closes, in whatever way the service ended, Redis is told to stop, and after five seconds made
 * to. The watcher is a process of its own, so that it also outlives the script. A shell costs a megabyte; a Node
 * process forty.
 *
 * The first line of output is the process number of Redis. The output ends when script and watcher are gone, so whoever
 * reads to its end knows that nothing is left. Only the two shells may hold it: `sleep` and `rm` close theirs before
 * they end, and `:` keeps the shell from turning into its last command.
 *
 * Arguments: folder of the socket (removed at the end), then the command.
 */
export const redisKeeper = `
run=$1; shift
exec 3<&0
"$@" </dev/null >&2 3<&- &
redis=$!
echo $redis
{
  read -r _ <&3
  kill -TERM $redis 2>/dev/null
  looks=0
  while kill -0 $redis 2>/dev/null && [ $looks -lt 250 ]; do sleep 0.02 >&2; looks=$((looks + 1)); done
  kill -KILL $redis 2>/dev/null
  rm -rf "$run" >&2
  :
} &
exec 3<&-
wait $redis
`;
