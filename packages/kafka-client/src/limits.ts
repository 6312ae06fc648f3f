// Every bound of one connection to a broker, with its unit.

/** Until a broker has let one in; after that another one is asked. */
export const signInMsMax = 3_000;

/** One answer of a broker: the largest batch that a cluster may hold (20 MiB), and what stands around it. */
export const answerBytesMax = 24 * 1024 * 1024;
