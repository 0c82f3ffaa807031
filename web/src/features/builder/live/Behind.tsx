// What is behind the number, in tabs; only what is shown is asked for.
import { Card, Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, memo, Suspense, useRef, useState } from 'react';
import type { Vocabulary } from '@/api/queries';
import { SkeletonLines, StateView } from '@/ui/StateView';
import { type Live, partsQuery, type Shown } from '../queries';
import classes from './Live.module.css';
import { rowAt } from './places';
import { type Order, Steps } from './Steps';
import type { Asked } from './useLive';

const Members = lazy(() => import('./Members').then((it) => ({ default: it.Members })));
const NearMisses = lazy(() => import('./NearMisses').then((it) => ({ default: it.NearMisses })));
const Overlap = lazy(() => import('./Overlap').then((it) => ({ default: it.Overlap })));
const Profile = lazy(() => import('./Profile').then((it) => ({ default: it.Profile })));
const WhySheet = lazy(() =>
  import('@/ui/why/WhySheet').then((sheet) => ({ default: sheet.WhySheet })),
);

const TABS = {
  steps: { label: 'Steps', parts: ['waterfall', 'marginal', 'near_misses'] },
  nearly: { label: 'Nearly in', parts: ['near_misses'] },
  people: { label: 'People', parts: ['sample'] },
  profile: { label: 'Profile', parts: ['breakdown'] },
  overlap: { label: 'Overlap', parts: ['nearest', 'upset'] },
} as const satisfies Record<string, { label: string; parts: Shown['parts'] }>;
type Tab = keyof typeof TABS;

type Props = {
  answered: Asked;
  busy: boolean;
  rows: ReadonlySet<string>;
  vocabulary: Vocabulary;
  selected: string | null;
  onJump: (row: string) => void;
};

export const Behind = memo(function Behind(props: Props) {
  const { answered, busy, rows, vocabulary, selected, onJump } = props;
  const [tab, setTab] = useState<Tab>('steps');
  const [order, setOrder] = useState<Order>('written');
  const [attribute, setAttribute] = useState<string | null>(null);
  const [why, setWhy] = useState<{ key: string | null; opened: boolean } | null>(null);
  const asking = useRef<Element | null>(null);
  const openWhy = (key: string | null) => {
    asking.current = document.activeElement;
    setWhy({ key, opened: true });
  };
  const closeWhy = () => {
    setWhy((now) => now && { ...now, opened: false });
    // The sheet gives the focus back only if it was there, closed, before.
    setTimeout(() => asking.current instanceof HTMLElement && asking.current.focus());
  };
  const noun = vocabulary.entity_label.toLowerCase();
  const query = useQuery({
    ...partsQuery(answered.rule, { parts: [...TABS[tab].parts], order }),
    // While a newer size is on its way, what stands here stays, and nothing else is asked.
    enabled: !busy,
  });
  const rowOf = (path: string): string | undefined => rowAt(answered.paths, path, rows);
  const jump = (path: string) => {
    const row = rowOf(path);
    if (row) onJump(row);
  };
  return (
    <>
      <Card component="section" aria-label="What is behind the number" padding="sm">
        <Tabs
          value={tab}
          onChange={(value) => setTab(value as Tab)}
          className={classes.tabs}
          keepMounted={false}
        >
          <Tabs.List mb="sm" aria-label="What is behind the number">
            {Object.entries(TABS).map(([key, { label }]) => (
              <Tabs.Tab key={key} value={key}>
                {label}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          <Tabs.Panel value={tab} aria-busy={query.isFetching || busy}>
            <StateView query={query} skeleton={<SkeletonLines lines={5} />}>
              {(data) =>
                !fits(data, tab) ? (
                  <SkeletonLines lines={5} />
                ) : (
                  <div
                    className={classes.figure}
                    data-busy={busy || query.isPlaceholderData || undefined}
                  >
                    {tab === 'steps' && (
                      <Steps
                        answer={data}
                        order={order}
                        onOrder={setOrder}
                        isSelected={(path) => selected !== null && rowOf(path) === selected}
                        onSelect={jump}
                      />
                    )}
                    <Suspense fallback={<SkeletonLines lines={5} />}>
                      {tab === 'nearly' && (
                        <NearMisses answer={data} noun={noun} onSelect={jump} onWhy={openWhy} />
                      )}
                      {tab === 'people' && (
                        <Members
                          answer={data}
                          keyName={vocabulary.key}
                          labels={labelsOf(vocabulary)}
                          onWhy={openWhy}
                        />
                      )}
                      {tab === 'profile' && (
                        <Profile answer={data} chosen={attribute} onChoose={setAttribute} />
                      )}
                      {tab === 'overlap' && <Overlap answer={data} noun={noun} />}
                    </Suspense>
                  </div>
                )
              }
            </StateView>
          </Tabs.Panel>
        </Tabs>
      </Card>
      {why && (
        <Suspense fallback={null}>
          <WhySheet
            opened={why.opened}
            onClose={closeWhy}
            source={{ rule: answered.rule }}
            entity={why.key}
          />
        </Suspense>
      )}
    </>
  );
});

/** Whether an answer has what a tab shows; the last one of another tab has not. */
const fits = (answer: Live, tab: Tab): boolean =>
  TABS[tab].parts.every((part) => answer[part] !== null);

const labelsOf = (vocabulary: Vocabulary): ReadonlyMap<string, string> =>
  new Map(vocabulary.attributes.map((one) => [one.name, one.label]));
