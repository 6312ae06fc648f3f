/** Where the stack under test listens. */
export const ports = { console: 23_100, api: 24_100, broker: 29_192, dns: 24_153 } as const;

export const consoleUrl = `http://localhost:${ports.console}`;
export const apiUrl = `http://localhost:${ports.api}`;
export const bootstrap = `localhost:${ports.broker}`;

/** Where the one listens that takes payments, which a journey of its own starts. */
export const payingPorts = { console: 23_200, api: 24_200, broker: 29_292, dedicated: 29_392 } as const;
