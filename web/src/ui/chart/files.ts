// What a chart gives away: its numbers as CSV, which no spreadsheet takes for a formula, and its
// picture as PNG.
import type { Frame, Span } from './data';

const FORMULA = /^[=+\-@\t\r]/;

/** One cell; a text that a spreadsheet would reckon with is led by an apostrophe. */
export const cell = (value: number | string | null): string => {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const safe = FORMULA.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(safe) || safe !== value ? `"${safe.replaceAll('"', '""')}"` : safe;
};

export const csv = (rows: (number | string | null)[][]): string =>
  `${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;

/** The places of a span as rows under a head; times as ISO instants. */
export const rowsOf = (frame: Frame, span: Span, hidden: Set<string>) => {
  const shown = frame.series.filter((one) => !hidden.has(one.name));
  const head = { time: 'Time', value: 'Number', category: 'Part' }[frame.kind];
  const x = (value: number | string) =>
    frame.kind === 'time' ? new Date(value).toISOString() : value;
  return [
    [head, ...shown.map((one) => one.name)],
    ...frame.xs
      .map((value, place) => [x(value), ...shown.map((one) => one.values[place] ?? null)])
      .slice(span[0], span[1] + 1),
  ];
};

/** "Size by day" -> "size-by-day". */
export const fileName = (title: string): string =>
  title
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-|-$/g, '') || 'chart';

/** Hand something to the browser to save. */
export const save = (content: Blob, name: string): void => {
  const address = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
};

export const saveCsv = (title: string, rows: (number | string | null)[][]): void =>
  save(new Blob([csv(rows)], { type: 'text/csv;charset=utf-8' }), `${fileName(title)}.csv`);

type Picture = { title: string; ground: string; ink: string; ratio: number };

/** The drawn chart under its title, on a ground of its own. */
export const savePng = (drawn: HTMLCanvasElement, { title, ground, ink, ratio }: Picture): void => {
  const above = 40 * ratio;
  const sheet = document.createElement('canvas');
  sheet.width = drawn.width;
  sheet.height = drawn.height + above;
  const pen = sheet.getContext('2d');
  if (pen === null) return;
  pen.fillStyle = ground;
  pen.fillRect(0, 0, sheet.width, sheet.height);
  pen.fillStyle = ink;
  pen.font = `600 ${15 * ratio}px system-ui, sans-serif`;
  pen.fillText(title, 16 * ratio, 26 * ratio, sheet.width - 32 * ratio);
  pen.drawImage(drawn, 0, above);
  sheet.toBlob((blob) => blob && save(blob, `${fileName(title)}.png`), 'image/png');
};
