import { expect, it } from 'vitest';
import { EnvError, parseEnv } from './env.ts';
import { mailEnv, mailSettings } from './mail-env.ts';

const key = 'a key of the local outbox, long enough';
const read = (env: Record<string, string>) => mailSettings(parseEnv(mailEnv, env));

it('keeps mail in the local outbox only with its key, without a mail server, and on one machine', () => {
  expect(read({ WEIR_OUTBOX_KEY: key }).outboxKey).toBe(key);
  expect(read({}).outboxKey).toBeNull();
  expect(read({ WEIR_OUTBOX_KEY: key, SMTP_URL: 'smtp://localhost:2525' }).outboxKey).toBeNull();
  for (const name of ['WEIR_CONSOLE_PUBLIC_URL', 'WEIR_API_PUBLIC_URL']) {
    expect(read({ WEIR_OUTBOX_KEY: key, [name]: 'https://weir.example.com' }).outboxKey).toBeNull();
    expect(read({ WEIR_OUTBOX_KEY: key, [name]: 'https://localhost.example.com' }).outboxKey).toBeNull();
    expect(read({ WEIR_OUTBOX_KEY: key, [name]: 'http://127.0.0.1:5000/' }).outboxKey).toBe(key);
  }
});

it('writes from the console’s own host unless it is told otherwise', () => {
  expect(read({ WEIR_CONSOLE_PUBLIC_URL: 'https://weir.example.com/' })).toMatchObject({
    consoleUrl: 'https://weir.example.com',
    mailFrom: 'Weir <no-reply@weir.example.com>',
  });
  expect(read({ WEIR_MAIL_FROM: 'Ops <ops@example.com>' }).mailFrom).toBe('Ops <ops@example.com>');
});

it.each([
  ['SMTP_URL', 'mail.example.com'],
  ['SMTP_URL', 'https://mail.example.com'],
  ['SMTP_URL', 'smtp://user:hunter2@mail.example.com/?tls.rejectUnauthorized=false'],
  ['SMTP_URL', 'smtp://us%er:hunter2@mail.example.com'],
  ['WEIR_MAIL_FROM', 'nobody'],
  ['WEIR_MAIL_FROM', 'a@example.com\r\nBcc: b@example.com'],
  ['WEIR_MAIL_FROM', 'a@example.com, b@example.com'],
  ['WEIR_CONSOLE_PUBLIC_URL', 'console.example.com'],
  ['WEIR_CONSOLE_PUBLIC_URL', 'https://user:pw@console.example.com'],
])('refuses %s=%s, by name, and says what would be right', (name, value) => {
  const problem = (() => {
    try {
      read({ [name]: value });
    } catch (cause) {
      if (cause instanceof EnvError) return cause.message;
      throw cause;
    }
    return '';
  })();
  expect(problem).toContain(name);
  expect(problem).toMatch(/must be .*example\.com/);
  expect(problem).not.toContain('hunter2');
});
