/** Where a server listens. */
export interface Place {
  readonly host: string;
  readonly port: number;
}

export interface Target {
  /** Of the first place; who may enter, and which database. */
  readonly connectionString: string;
  readonly places: readonly Place[];
}

const defaultPort = 5432;

/**
 * The servers of a URL. As with libpq, `?host=` and `?port=` name several, with commas between them, and hold instead
 * of what stands before the path; one port is that of all. Throws RangeError, without the URL, which holds a password.
 */
export function targetOf(url: string): Target {
  const bare = new URL(url);
  const listed = (name: string) => bare.searchParams.get(name)?.split(',') ?? [];
  const own = [bare.hostname.replace(/^\[|\]$/g, '')];
  const hosts = bare.searchParams.has('host') ? listed('host') : own;
  const ports = bare.searchParams.has('port') ? listed('port') : [bare.port || String(defaultPort)];
  const isPort = (text: string) => /^\d{1,5}$/.test(text) && Number(text) <= 65_535;
  const isWhole = hosts.every((host) => host !== '') && ports.every(isPort);
  if (!isWhole || (ports.length !== 1 && ports.length !== hosts.length)) {
    throw new RangeError(
      `the URL of Postgres names ${hosts.length} hosts and ${ports.length} ports: give ?host= every host and ?port= one port for all or one for each, with commas between them`,
    );
  }
  bare.searchParams.delete('host');
  bare.searchParams.delete('port');
  const places = hosts.map((host, at) => ({ host, port: Number(ports[at] ?? ports[0]) }));
  const [first] = places;
  if (first !== undefined) {
    bare.hostname = first.host.includes(':') ? `[${first.host}]` : first.host;
    bare.port = String(first.port);
  }
  return { connectionString: bare.href, places };
}
