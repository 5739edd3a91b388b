/** Milliseconds of a processor that this process has used so far. Unlike a clock's they stand still while others have the machine. */
export function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
