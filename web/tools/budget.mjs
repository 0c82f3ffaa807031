// What a visitor downloads: the first load (the page at / and all it needs) and each page that is
// loaded later. Fails when something is over its budget. Sizes are gzip, as servers send them.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const built = process.argv[2] ?? new URL('../../muster/static', import.meta.url).pathname;
const FIRST_LOAD_KB = 200;
const PAGE_KB = 100;
/** Chunks that may be larger than a page: the libraries of charts, graphs and the grid. */
const LARGE = [
  { name: 'charts', test: /^src\/ui\/chart\//, limit: 260 },
  { name: 'graph', test: /^src\/ui\/graph\//, limit: 100 },
  { name: 'grid', test: /^src\/ui\/grid\//, limit: 290 },
];
const HOME = 'src/features/home/HomePage.tsx';
const PAGES = /^src\/features\/.*Page\.tsx$/;
/** A page that loads its main part beside itself, and what both may weigh. */
const TWO_PARTS = {
  'src/features/builder/BuilderPage.tsx': ['src/features/builder/Builder.tsx', 150],
};

const manifest = JSON.parse(readFileSync(`${built}/.vite/manifest.json`, 'utf8'));
const sizes = new Map();

const sizeOf = (file) => {
  if (!sizes.has(file))
    sizes.set(file, gzipSync(readFileSync(`${built}/${file}`), { level: 9 }).length);
  return sizes.get(file);
};

/** All that is loaded together with some chunks: what they import, and what that imports. */
const withImports = (keys, found = new Set()) => {
  for (const key of keys) {
    if (found.has(key)) continue;
    found.add(key);
    withImports(manifest[key].imports ?? [], found);
  }
  return found;
};

const filesOf = (keys, kind) => {
  const files = new Set();
  for (const key of keys) {
    const { file, css = [] } = manifest[key];
    if (kind === 'js' && file.endsWith('.js')) files.add(file);
    if (kind === 'css') for (const one of css) files.add(one);
  }
  return files;
};

const sum = (files, without = new Set()) =>
  [...files].filter((file) => !without.has(file)).reduce((all, file) => all + sizeOf(file), 0);

const entry = Object.keys(manifest).filter((key) => manifest[key].isEntry);
const chunks = Object.keys(manifest);
const rows = [];
const row = (name, keys, limit, loaded = new Set()) => {
  const js = sum(filesOf(keys, 'js'), filesOf(loaded, 'js'));
  const css = sum(filesOf(keys, 'css'), filesOf(loaded, 'css'));
  rows.push({ name, js: js / 1000, css: css / 1000, limit });
};

const shell = withImports(entry);
const home = manifest[HOME] ? [HOME] : [];
const first = withImports([...entry, ...home]);
row('first load: the app alone', shell, FIRST_LOAD_KB);
row('first load: the app and Home', first, FIRST_LOAD_KB);
for (const key of chunks.filter((name) => PAGES.test(name) && name !== HOME).sort()) {
  const [part, limit] = TWO_PARTS[key] ?? [undefined, PAGE_KB];
  const keys = part ? [key, part] : [key];
  row(`page ${key.replace(/^src\/features\/|\.tsx$/g, '')}`, withImports(keys), limit, shell);
}
// A large chunk comes on top of a page, which has the common parts already.
const shown = withImports([...entry, ...chunks.filter((name) => PAGES.test(name))]);
for (const { name, test, limit } of LARGE) {
  const keys = chunks.filter((key) => test.test(key) && manifest[key].isDynamicEntry);
  for (const key of keys.sort())
    row(`${name} ${key.split('/').at(-1)}`, withImports([key]), limit, shown);
}

const kb = (value) => `${value.toFixed(1)} kB`.padStart(10);
console.log(
  `${'loaded'.padEnd(44)}${'JS gz'.padStart(10)}${'budget'.padStart(10)}${'CSS gz'.padStart(10)}`,
);
for (const { name, js, css, limit } of rows)
  console.log(
    `${name.padEnd(44)}${kb(js)}${kb(limit)}${kb(css)}${js > limit ? '  OVER BUDGET' : ''}`,
  );
const over = rows.filter(({ js, limit }) => js > limit);
if (home.length === 0)
  console.error('The page at / is not a chunk of its own: look at its import.');
process.exit(over.length > 0 || home.length === 0 ? 1 : 0);
