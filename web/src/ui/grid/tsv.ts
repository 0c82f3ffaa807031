// The clipboard's table format, as Excel, LibreOffice and Sheets write it: tabs between cells, lines
// between rows; a cell with a tab, a line break or a quote stands in quotes, quotes doubled.

type Reading = { rows: string[][]; row: string[]; at: number };

const cellAt = (text: string, from: number): { value: string; end: number } => {
  if (text[from] !== '"') return plainAt(text, from);
  let value = '';
  for (let at = from + 1; at < text.length; at += 1) {
    if (text[at] !== '"') value += text[at];
    else if (text[at + 1] === '"') {
      value += '"';
      at += 1;
    } else {
      // A quote that a cell's end does not follow was meant as a letter: 7" screen.
      const next = text[at + 1];
      return next === undefined || /[\t\r\n]/.test(next)
        ? { value, end: at + 1 }
        : plainAt(text, from);
    }
  }
  return plainAt(text, from);
};

const plainAt = (text: string, from: number): { value: string; end: number } => {
  const length = text.slice(from).search(/[\t\r\n]/);
  const end = length < 0 ? text.length : from + length;
  return { value: text.slice(from, end), end };
};

/** Rows of cells; the line break at the end, which spreadsheets write, is no row of its own. */
export const readTsv = (text: string): string[][] => {
  const reading: Reading = { rows: [], row: [], at: 0 };
  if (text === '') return [];
  while (reading.at <= text.length) {
    const { value, end } = cellAt(text, reading.at);
    reading.row.push(value);
    reading.at = end;
    if (text[end] === '\t') {
      reading.at += 1;
      continue;
    }
    reading.rows.push(reading.row);
    reading.row = [];
    reading.at += text.startsWith('\r\n', end) ? 2 : 1;
    if (reading.at >= text.length) break;
  }
  return reading.rows;
};

const quoted = (cell: string): string =>
  /[\t\r\n"]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;

export const writeTsv = (rows: readonly (readonly string[])[]): string =>
  rows.map((row) => row.map(quoted).join('\t')).join('\r\n');
