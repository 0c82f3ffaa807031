// The grid in our colours: the variables change with the scheme, so one theme serves both.
import { themeQuartz } from 'ag-grid-community';

export const look = themeQuartz.withParams({
  backgroundColor: 'var(--mu-surface)',
  foregroundColor: 'var(--mu-text)',
  textColor: 'var(--mu-text)',
  headerTextColor: 'var(--mu-dim)',
  headerBackgroundColor: 'var(--mu-surface)',
  headerFontWeight: 600,
  borderColor: 'var(--mu-line)',
  wrapperBorderRadius: 'var(--mantine-radius-md)',
  borderRadius: 4,
  accentColor: 'var(--mu-info)',
  oddRowBackgroundColor: 'var(--mu-surface)',
  rowHoverColor: 'var(--mu-raised)',
  selectedRowBackgroundColor: 'var(--mu-accent-soft)',
  rangeSelectionBorderColor: 'var(--mu-text)',
  inputFocusBorder: { color: 'var(--mu-text)' },
  valueChangeValueHighlightBackgroundColor: 'var(--mu-accent-soft)',
  tooltipBackgroundColor: 'var(--mu-raised)',
  tooltipTextColor: 'var(--mu-text)',
  menuBackgroundColor: 'var(--mu-raised)',
  browserColorScheme: 'inherit',
  fontFamily: 'inherit',
  fontSize: 14,
  headerFontSize: 13,
  cellHorizontalPadding: 10,
});

export const ROW_HEIGHT = { comfortable: 40, compact: 30 };
export const HEADER_HEIGHT = { comfortable: 42, compact: 36 };
