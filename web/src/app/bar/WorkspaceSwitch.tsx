// Which workspace is shown, and the way to the others.
import { IconSelector } from '@tabler/icons-react';
import { lazy } from 'react';
import { useWorkspace } from '@/api/session';
import { BarPanel } from './BarPanel';

const load = () => import('./WorkspacePanel');
const WorkspacePanel = lazy(() => load().then((part) => ({ default: part.WorkspacePanel })));

export function WorkspaceSwitch() {
  const { title } = useWorkspace();
  return (
    <BarPanel
      wide
      side="start"
      width={280}
      label={`Workspace: ${title}`}
      prepare={() => void load()}
      face={
        <>
          <span>{title}</span>
          <IconSelector size={16} aria-hidden style={{ flexShrink: 0 }} />
        </>
      }
    >
      {(close) => <WorkspacePanel close={close} />}
    </BarPanel>
  );
}
