import type { ApiSettings } from '../settings.ts';

const loopbackNames = ['localhost', '127.0.0.1'];

/**
 * The origins whose pages may change things: the console's and this API's. On one machine both names of the
 * loopback are the same place, whichever a person typed.
 */
export const trustedOrigins = ({ consoleUrl, publicUrl }: ApiSettings): string[] =>
  [consoleUrl, publicUrl].flatMap((text) => {
    const url = new URL(text);
    if (!loopbackNames.includes(url.hostname)) return [url.origin];
    return loopbackNames.map((name) => {
      url.hostname = name;
      return url.origin;
    });
  });
