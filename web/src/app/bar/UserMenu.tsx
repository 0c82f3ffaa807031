// Who is here: the button; what it opens is loaded when it is pointed at.
import { IconUserCircle } from '@tabler/icons-react';
import { lazy } from 'react';
import { BarPanel } from './BarPanel';

const load = () => import('./UserPanel');
const UserPanel = lazy(() => load().then((part) => ({ default: part.UserPanel })));

export function UserMenu() {
  return (
    <BarPanel
      label="Your menu"
      width={260}
      prepare={() => void load()}
      face={<IconUserCircle size={22} aria-hidden />}
    >
      {(close) => <UserPanel close={close} />}
    </BarPanel>
  );
}
