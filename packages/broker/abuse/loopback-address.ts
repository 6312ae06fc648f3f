/** One of the addresses of the loopback network, since limits by address are for that address alone. */
export const loopbackAddress = (index: number) => `127.0.${1 + (index >> 8)}.${1 + ((index & 0xff) % 254)}`;
