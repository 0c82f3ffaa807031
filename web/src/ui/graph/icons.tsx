// A sign for each kind of node.
import {
  IconDatabase,
  IconListNumbers,
  IconSend,
  IconTargetArrow,
  IconUsersGroup,
} from '@tabler/icons-react';
import type { NodeKind } from './lineage';

export const KIND_ICONS: Record<NodeKind, typeof IconDatabase> = {
  source: IconDatabase,
  list: IconListNumbers,
  segment: IconUsersGroup,
  this: IconTargetArrow,
  destination: IconSend,
};
