// How much the workspace was told that one has not read, and the way to read it.
import { IconBell } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { lazy } from 'react';
import { plural } from '@/lib/format';
import { BarPanel } from './BarPanel';
import classes from './Bell.module.css';
import { unreadQuery } from './notices';

const load = () => import('./NoticePanel');
const NoticePanel = lazy(() => load().then((part) => ({ default: part.NoticePanel })));
const MOST_SHOWN = 99;

export function Bell() {
  const unread = useQuery(unreadQuery).data ?? 0;
  return (
    <BarPanel
      label={unread > 0 ? `Notifications, ${plural(unread, 'unread', 'unread')}` : 'Notifications'}
      width={400}
      prepare={() => void load()}
      face={
        <span className={classes.bell}>
          <IconBell size={20} aria-hidden />
          {unread > 0 && (
            <span className={classes.count} aria-hidden>
              {unread > MOST_SHOWN ? `${MOST_SHOWN}+` : unread}
            </span>
          )}
        </span>
      }
    >
      {(close) => <NoticePanel close={close} />}
    </BarPanel>
  );
}
