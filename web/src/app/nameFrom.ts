// A name for addresses out of a title for people.

const LONGEST = 63;

/** "Große Kunden 2026" -> "grosse_kunden_2026"; begins with a letter. */
export const nameFrom = (title: string): string =>
  title
    .replaceAll('ß', 'ss')
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+|_+$/g, '')
    .slice(0, LONGEST);
