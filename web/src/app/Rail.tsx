// The places at the left; a drawer on narrow screens.
import { Kbd } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { usePreferences } from '@/lib/preferences';
import { isHere, PLACES } from './navigation';
import classes from './Shell.module.css';

type Props = { path: string; open: boolean };

export function Rail({ path, open }: Props) {
  const { singleKeys } = usePreferences();
  return (
    <nav id="rail" className={classes.rail} data-open={open || undefined} aria-label="Main">
      <ul className={classes.places}>
        {PLACES.map(({ to, label, icon: Icon, key }) => (
          <li key={to}>
            <Link
              to={to}
              className={classes.place}
              activeProps={{}}
              aria-current={isHere(to, path) ? 'page' : undefined}
            >
              <Icon size={20} stroke={1.7} aria-hidden style={{ flexShrink: 0 }} />
              <span className={classes.label}>{label}</span>
              {singleKeys && (
                <Kbd size="xs" className={classes.hint} aria-hidden>
                  g {key}
                </Kbd>
              )}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
