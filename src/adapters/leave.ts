/**
 * Ends this process once what it printed is out. What a flow has left behind, out of our reach, may hold a pipe of ours
 * open; it must not hold the job.
 */
export function leave(status: number): void {
  process.stderr.write('', () => {
    process.stdout.write('', () => {
      process.exit(status);
    });
  });
}
