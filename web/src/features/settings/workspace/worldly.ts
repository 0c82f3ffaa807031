// Time zones and currencies as the browser knows them.

const known = (kind: 'timeZone' | 'currency'): string[] => {
  try {
    return Intl.supportedValuesOf(kind);
  } catch {
    return []; // an older browser: what is set still shows
  }
};

export const ZONES: string[] = known('timeZone');
export const CURRENCIES: string[] = known('currency');
