// The places of the shell, once: for the rail, the palette and the keys.
import {
  IconChartHistogram,
  IconCircles,
  IconDatabase,
  IconHome,
  IconListDetails,
  IconPlayerPlay,
  IconSettings,
  IconShoppingCart,
  IconUsersGroup,
} from '@tabler/icons-react';

/** `key`: pressed after `g`. */
export const PLACES = [
  { to: '/', label: 'Home', icon: IconHome, key: 'h' },
  { to: '/rules', label: 'Rules', icon: IconListDetails, key: 'r' },
  { to: '/segments', label: 'Segments', icon: IconUsersGroup, key: 's' },
  { to: '/compare', label: 'Compare', icon: IconCircles, key: 'c' },
  { to: '/orders', label: 'Orders', icon: IconShoppingCart, key: 'o' },
  { to: '/analytics', label: 'Analytics', icon: IconChartHistogram, key: 'a' },
  { to: '/runs', label: 'Runs', icon: IconPlayerPlay, key: 'n' },
  { to: '/sources', label: 'Sources', icon: IconDatabase, key: 'd' },
  { to: '/settings', label: 'Settings', icon: IconSettings, key: 't' },
] as const;

/** Whether a place is the one whose pages are shown. */
export const isHere = (to: string, path: string): boolean =>
  to === '/' ? path === '/' : path === to || path.startsWith(`${to}/`);
