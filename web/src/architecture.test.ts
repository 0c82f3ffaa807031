// House rules of the web that no linter knows.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const SOURCE = import.meta.dirname;
const MOST_LINES = 300;
/** Large libraries, and the one folder that may import each. */
const HOMES: [RegExp, string][] = [
  [/^echarts/, 'ui/chart/'],
  [/^@xyflow\/react|^@dagrejs/, 'ui/graph/'],
  [/^ag-grid/, 'ui/grid/'],
  [/^openapi-fetch$/, 'api/'],
];

const files = (readdirSync(SOURCE, { recursive: true }) as string[])
  .filter((name) => /\.(tsx?|css)$/.test(name) && !name.endsWith('.d.ts'))
  .map((name) => ({ name, text: readFileSync(join(SOURCE, name), 'utf8') }));
const code = files.filter(({ name }) => !name.includes('.test.'));
const imports = (text: string): string[] =>
  [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((found) => found[1] as string);

describe.each(code)('$name', ({ name, text }) => {
  it('is short enough to be read at once', () => {
    expect(text.split('\n').length).toBeLessThanOrEqual(MOST_LINES);
  });

  it('imports no other feature, and from a feature nothing else does', () => {
    const own = name.match(/^features\/[^/]+\//)?.[0];
    for (const path of imports(text)) {
      const target = path.startsWith('.')
        ? relative(SOURCE, join(SOURCE, name, '..', path))
        : path.replace('@/', '');
      if (!target.startsWith('features/') || name === 'app/router.tsx') continue;
      expect(`${target}/`.startsWith(own ?? 'none'), `${name} imports ${path}`).toBe(true);
    }
  });

  it('leaves large libraries to their one home', () => {
    for (const path of imports(text))
      for (const [library, home] of HOMES)
        if (library.test(path)) expect(name.startsWith(home), `${name} imports ${path}`).toBe(true);
  });

  it('knows no colour', () => {
    if (name === 'app/theme.ts') return;
    expect(text).not.toMatch(/#[0-9a-f]{6}\b|#[0-9a-f]{3}\b|rgba?\(/i);
  });
});
