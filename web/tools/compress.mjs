// Writes .gz and .br beside every built asset, so that the server compresses nothing itself.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const folder = new URL('../../muster/static/assets/', import.meta.url);
for (const name of readdirSync(folder).filter((name) => /\.(js|css|svg)$/.test(name))) {
  const content = readFileSync(new URL(name, folder));
  writeFileSync(new URL(`${name}.gz`, folder), gzipSync(content, { level: 9 }));
  writeFileSync(new URL(`${name}.br`, folder), brotliCompressSync(content));
}
