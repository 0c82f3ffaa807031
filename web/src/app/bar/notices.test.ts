import { expect, it } from 'vitest';
import { wayTo } from './notices';

it.each([
  ['segment/vip', { kind: 'segment', name: 'vip' }],
  ['rule/vip', { kind: 'rule', name: 'vip' }],
  ['run/12', { kind: 'run', id: '12' }],
  ['approval/7', { kind: 'tab', tab: 'approvals' }],
  ['channel/ops', { kind: 'tab', tab: 'notifications' }],
  ['schedules', null],
  ['segment/', null],
])('%s leads to %o', (subject, way) => expect(wayTo(subject)).toEqual(way));
