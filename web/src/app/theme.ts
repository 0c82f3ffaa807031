// Colours, and nothing else knows one: primitive tuples, semantic variables (--mu-*) for both
// schemes, and the components' defaults. Contrast figures were measured on these grounds:
// white on #e50914 4.79; #ff4d55 as text on #181818 5.45; #767676 borders on #181818 3.9.
import {
  type ActionIconProps,
  type BadgeProps,
  type CardProps,
  type CSSVariablesResolver,
  createTheme,
  type DrawerProps,
  type MantineColorsTuple,
  type ModalProps,
  type TableProps,
  type TooltipProps,
} from '@mantine/core';

const red: MantineColorsTuple = [
  '#ffe9ea',
  '#ffd1d3',
  '#fba0a4',
  '#f76d73',
  '#f4424a',
  '#f22730',
  '#f21822',
  '#e50914',
  '#c1030d',
  '#a9000a',
];
const dark: MantineColorsTuple = [
  '#f5f5f5',
  '#d6d6d6',
  '#b3b3b3',
  '#8f8f8f',
  '#767676',
  '#3a3a3a',
  '#2a2a2a',
  '#181818',
  '#101010',
  '#0a0a0a',
];

// The head of a dialog is no second banner of the page.
const NO_BANNER = { header: { role: 'none' } };

export const theme = createTheme({
  primaryColor: 'red',
  primaryShade: { light: 7, dark: 7 },
  colors: { red, dark },
  defaultRadius: 'md',
  fontFamily: 'Inter, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", Menlo, Consolas, monospace',
  headings: {
    fontWeight: '700',
    sizes: { h1: { fontSize: '1.625rem' }, h2: { fontSize: '1.125rem' }, h3: { fontSize: '1rem' } },
  },
  cursorType: 'pointer',
  respectReducedMotion: true,
  focusRing: 'auto',
  // Plain objects, not `Modal.extend`: that would load each component with the first page.
  components: {
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray' } satisfies ActionIconProps },
    Badge: {
      defaultProps: { variant: 'light', color: 'gray', tt: 'none', fw: 500 } satisfies BadgeProps,
    },
    Card: {
      defaultProps: {
        bg: 'var(--mu-surface)',
        withBorder: true,
        padding: 'md',
      } satisfies Partial<CardProps>,
    },
    // What is wrong stands in plain letters after a sign, not in red ones.
    InputWrapper: { defaultProps: { errorProps: { className: 'mu-fault' } } },
    Modal: {
      defaultProps: {
        centered: true,
        closeButtonProps: { 'aria-label': 'Close' },
        attributes: NO_BANNER,
      } satisfies Partial<ModalProps>,
    },
    Drawer: {
      defaultProps: {
        closeButtonProps: { 'aria-label': 'Close' },
        attributes: NO_BANNER,
      } satisfies Partial<DrawerProps>,
    },
    Table: {
      defaultProps: { verticalSpacing: 'sm', highlightOnHover: true } satisfies TableProps,
    },
    Tooltip: {
      defaultProps: { withArrow: true, openDelay: 300 } satisfies Partial<TooltipProps>,
    },
  },
});

const DARK = {
  canvas: '#0a0a0a',
  surface: '#181818',
  raised: '#232323',
  line: '#2f2f2f',
  'input-line': '#767676',
  text: '#f5f5f5',
  dim: '#b3b3b3',
  faint: '#949494',
  brand: '#e50914',
  accent: '#ff4d55',
  'accent-soft': 'rgba(229, 9, 20, 0.18)',
  good: '#4cc38a',
  warn: '#f5b83d',
  bad: '#ff6b70',
  info: '#6cb2ff',
  include: '#4cc38a',
  exclude: '#f5b83d',
};
const LIGHT: typeof DARK = {
  canvas: '#f6f6f7',
  surface: '#ffffff',
  raised: '#f0f0f2',
  line: '#dcdce0',
  'input-line': '#767676',
  text: '#161618',
  dim: '#55555c',
  faint: '#66666e',
  brand: '#e50914',
  accent: '#c1030d',
  'accent-soft': 'rgba(229, 9, 20, 0.10)',
  good: '#1a7f4b',
  warn: '#8a5a00',
  bad: '#b3000a',
  info: '#0b62b8',
  include: '#1a7f4b',
  exclude: '#8a5a00',
};
// Eight kinds that stay apart for the colour-blind, too; brand red is not among them.
const SERIES = {
  dark: ['#6cb2ff', '#f5b83d', '#4cc38a', '#c792ea', '#ff8f6b', '#5fd3d6', '#e6e07a', '#b3b3b3'],
  light: ['#0b62b8', '#a86400', '#1a7f4b', '#7b3fb0', '#b8431c', '#00757a', '#756d00', '#55555c'],
};

const variables = (tokens: typeof DARK, series: string[]): Record<string, string> => ({
  ...Object.fromEntries(Object.entries(tokens).map(([name, value]) => [`--mu-${name}`, value])),
  ...Object.fromEntries(series.map((value, place) => [`--mu-series-${place + 1}`, value])),
  '--mantine-color-body': tokens.canvas,
  '--mantine-color-text': tokens.text,
  '--mantine-color-dimmed': tokens.dim,
  '--mantine-color-placeholder': tokens.faint,
  '--mantine-color-error': tokens.bad,
  '--mantine-color-anchor': tokens.text,
  '--mantine-color-default': tokens.raised,
  '--mantine-color-default-hover': tokens.line,
  '--mantine-color-default-border': tokens['input-line'],
});

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  dark: variables(DARK, SERIES.dark),
  light: variables(LIGHT, SERIES.light),
});

/** The colours as values, for what draws on a canvas and cannot read variables. */
export const palette = (scheme: 'dark' | 'light') => ({
  ...(scheme === 'dark' ? DARK : LIGHT),
  series: SERIES[scheme],
});
