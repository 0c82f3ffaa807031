// Age bands, demographics, locations, interests in one row each.
import { ActionIcon, Button } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useCanvas } from '../tree/context';
import type { Leaf, LeafOf } from '../tree/types';
import { AgeBands } from './AgeBands';
import { Demographics } from './Demographics';
import classes from './Fields.module.css';
import { FACETS, type FacetName, facetsOf, withFacet } from './facets';
import { InterestFields } from './InterestFields';
import { LocationsField } from './LocationsField';
import { useSet } from './set';

export function FacetsEditor({ leaf: given }: { leaf: Leaf }) {
  const leaf = given as LeafOf<'facets'>;
  const { vocabulary, act } = useCanvas();
  const set = useSet(leaf);
  const facets = leaf.value;
  const present = facetsOf(facets);
  const { facets: mapped } = vocabulary;
  const possible: Record<FacetName, boolean> = {
    age_bands: mapped.age !== null,
    demographics: mapped.demographics.length > 0,
    locations: mapped.locations.length > 0,
    interests: mapped.interests !== null || mapped.interest_source !== null,
  };
  const others = (Object.keys(FACETS) as FacetName[]).filter(
    (name) => !present.includes(name) && possible[name],
  );
  const editors: Record<FacetName, () => ReactNode> = {
    age_bands: () => (
      <AgeBands value={facets.age_bands} onChange={(age_bands) => set({ age_bands })} />
    ),
    demographics: () => (
      <Demographics
        value={facets.demographics ?? {}}
        onChange={(demographics, part) => set({ demographics }, `demographics ${part}`)}
      />
    ),
    locations: () => (
      <LocationsField value={facets.locations} onChange={(locations) => set({ locations })} />
    ),
    interests: () => (
      <InterestFields
        facets={facets}
        onChange={(interests, part) => set({ interests }, `interests ${part}`)}
      />
    ),
  };
  return (
    <div className={classes.facets} data-value>
      {present.map((name) => (
        <fieldset key={name} className={classes.facet} aria-label={FACETS[name]}>
          <span className={classes.facetName}>{FACETS[name]}</span>
          <div className={classes.line}>{editors[name]()}</div>
          {present.length > 1 && (
            <ActionIcon
              size={24}
              aria-label={`Remove ${FACETS[name]}`}
              onClick={() => set({ [name]: undefined }, name)}
            >
              <IconX size={14} aria-hidden />
            </ActionIcon>
          )}
        </fieldset>
      ))}
      {others.length > 0 && (
        <div className={classes.line}>
          {others.map((name) => (
            <Button
              key={name}
              size="compact-sm"
              variant="subtle"
              color="gray"
              leftSection={<IconPlus size={12} aria-hidden />}
              onClick={() =>
                act({ type: 'set', id: leaf.id, value: withFacet(facets, name), part: name })
              }
            >
              {FACETS[name]}
            </Button>
          ))}
        </div>
      )}
    </div>
  );
}
