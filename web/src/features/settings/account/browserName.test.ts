import { expect, it } from 'vitest';
import { browserName } from './browserName';

const MAC =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)';

it.each([
  ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox on Linux'],
  [`${MAC} Version/18.0 Safari/605.1.15`, 'Safari on macOS'],
  [`${MAC} Chrome/150.0 Safari/537.36 Edg/150.0`, 'Edge on macOS'],
  ['curl/8.0', 'curl/8.0'],
  ['', 'An unknown browser'],
])('"%s" is %s', (agent, name) => expect(browserName(agent)).toBe(name));
