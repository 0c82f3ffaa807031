// JSON that somebody writes: read, or told where it stops being JSON.

export type Read = { value: unknown } | { fault: string };

const at = (text: string, offset: number): string => {
  const before = text.slice(0, offset).split('\n');
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
};

/** The value of a text, or where it cannot be read. */
export const readJson = (text: string): Read => {
  if (text.trim() === '') return { fault: 'There is nothing here yet.' };
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    const offset = /position (\d+)/.exec(message)?.[1];
    const place = offset === undefined ? 'at its end' : `at ${at(text, Number(offset))}`;
    return { fault: `This is not JSON: it breaks ${place}.` };
  }
};

export const writeJson = (value: unknown): string => JSON.stringify(value, null, 2);
