/** What to tell a person whose port cannot be had; null for other errors. */
export function listenProblem(cause: unknown, host: string, port: number, setting: string): string | null {
  if (!(cause instanceof Error) || !('code' in cause)) return null;
  if (cause.code === 'EADDRINUSE') {
    return `Port ${port} on ${host} is taken by another process. Stop it, or choose another port with ${setting}.`;
  }
  if (cause.code === 'EACCES') {
    return `Port ${port} on ${host} needs more rights than this process has. Choose one above 1023 with ${setting}.`;
  }
  return null;
}
