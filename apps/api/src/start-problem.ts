/** What to tell a person whose API cannot start for a reason that she can change; null for other errors. */
export const startProblem = (cause: unknown, host: string, port: number): string | null => {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'EADDRINUSE') {
    return `Port ${port} on ${host} is taken by another process. Stop it, or choose another by WEIR_API_PORT.`;
  }
  if (code === 'EACCES') {
    return `Port ${port} on ${host} needs more rights than this process has. Choose one above 1023 by WEIR_API_PORT.`;
  }
  if (code === 'EADDRNOTAVAIL')
    return `${host} is no address of this machine. Set WEIR_API_HOST to one that is.`;
  return null;
};
