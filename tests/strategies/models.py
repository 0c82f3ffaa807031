"""Draws data models: one family in which every property that a model may have comes and goes.

Universes and metrics need rows to be about, so `worlds.py` adds them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from muster.base.datamodel import (
    DataModel,
    Entity,
    EntityList,
    EventSource,
    EventUnion,
    Facets,
    Field,
    FieldType,
    Fold,
    Lookup,
    Place,
)
from tests.strategies.chooser import Chooser
from tests.strategies.moments import ZONES

T = FieldType
STORED_AS = ("utc", "instant", *ZONES[1:])
CURRENCY = "INR"
ENUM_VALUES = {"gender": ("F", "M", "x"), "genre": ("drama", "Comédie", "o'clock", "50%")}

# Names that need quoting, or that a careless compiler would mix up with names of its own.
_RESERVED = (
    *("select", "order", "group", "from", "where", "table", "user", "values", "null", "all"),
    *("any", "case", "join", "on", "union", "limit", "desc", "as", "and", "not", "in", "is"),
    *("primary", "default", "using", "end", "when", "then", "true", "interval"),
)
_INNER = (
    *("key", "at", "id", "ordinal", "value", "n", "source", "count", "rank", "truth", "unknown"),
    *("sum", "e", "t", "x", "l0", "number", "leaf_0", "row_number", "total", "event", "entity"),
    *("k", "u", "ts", "v", "w", "mask", "bits", "window"),
)


_STYLES = ("plain", "spaced", "quoted", "reserved", "inner", "upper")


class Names:
    """Gives physical names, different from each other even without case."""

    def __init__(self, choose: Chooser, styles: Sequence[str] = _STYLES) -> None:
        self._style = choose.one(styles)
        self._lists = {"reserved": list(_RESERVED), "inner": list(_INNER)}
        self._taken: set[str] = set()

    def of(self, logical: str) -> str:
        """Return the physical name that stands for a logical one."""
        waiting = self._lists.get(self._style)
        if waiting:
            name = waiting.pop(0)
        else:
            name = {
                "spaced": f"{logical} der Größe",
                "quoted": f"{logical}\"q'`",
                "upper": logical.title(),
                "qualified": f"my schema.{logical}",
            }.get(self._style, logical)
        while name.lower() in self._taken:
            name += "_"
        self._taken.add(name.lower())
        return name


def draw_model(choose: Chooser) -> DataModel:
    """Draw a data model without metrics and universes."""
    tables = Names(choose, (*_STYLES, "qualified"))
    entity, attributes = _entity(choose, tables)
    events = _events(choose, tables)
    model = DataModel(
        entity=entity,
        attributes=attributes,
        events=events,
        unions=_unions(choose, tuple(events)),
        metrics={},
        time_zone=choose.one(ZONES),
        currency=None,
        observed="window" if entity.created_at and choose.chance(70) else "off",
        places={
            "sydney": Place("sydney", -33.8688, 151.2093, 50.0),
            "delhi": Place("delhi", 28.6139, 77.209, 1200.5),
            "origin": Place("origin", 0.0, 0.0, 0.001),
        },
        lists={
            name: EntityList(name, tables.of(name), Names(choose).of("user_id"))
            for name in ("suppression", "staff")
        },
    )
    model = replace(model, facets=_facets(choose, model))
    return _in_one_currency(model) if choose.chance(60) else model


def _in_one_currency(model: DataModel) -> DataModel:
    """Give the model a currency; money that names none is of the model's."""
    return replace(
        model,
        currency=CURRENCY,
        attributes=_fields_in_currency(model.attributes),
        events={
            name: replace(source, fields=_fields_in_currency(source.fields))
            for name, source in model.events.items()
        },
    )


def _fields_in_currency(fields: Mapping[str, Field]) -> dict[str, Field]:
    return {
        name: replace(field, currency=field.currency or CURRENCY)
        if field.type is T.MONEY
        else field
        for name, field in fields.items()
    }


def _field(
    choose: Chooser,
    names: Names,
    name: str,
    kind: FieldType,
    *,
    lookup: str | None = None,
) -> Field:
    found = Field(name, kind, lookup=lookup)
    if kind is T.GEO:
        return replace(found, latitude=names.of(f"{name}_lat"), longitude=names.of(f"{name}_lon"))
    found = replace(found, column=names.of(name))
    if kind in (T.STRING, T.ENUM, T.LIST):
        found = replace(found, fold=choose.one(tuple(Fold)))
    if name in ENUM_VALUES and choose.chance(70):
        found = replace(found, values=ENUM_VALUES[name])
    if kind is T.MONEY:
        # Money without a currency compares with any money; other currencies do not compare.
        found = replace(found, currency=choose.one((CURRENCY, CURRENCY, None, "USD")))
    if kind is T.DECIMAL:
        found = replace(found, scale=choose.one((2, 0, 1, 4)))
    if kind is T.TIMESTAMP:
        found = replace(found, stored_as=choose.one(STORED_AS))
    return found


_ATTRIBUTES = (
    *(("nick", T.STRING), ("gender", T.ENUM), ("level", T.INTEGER), ("score", T.NUMBER)),
    *(("ratio", T.DECIMAL), ("balance", T.MONEY), ("active", T.BOOLEAN), ("born", T.DATE)),
    *(("seen", T.TIMESTAMP), ("interests", T.LIST), ("home", T.GEO)),
)
_MORE_ATTRIBUTES = (
    *(("city", T.STRING), ("state", T.ENUM), ("visits", T.INTEGER), ("points", T.NUMBER)),
    *(("credit", T.MONEY), ("vip", T.BOOLEAN), ("renewed", T.DATE), ("asked", T.TIMESTAMP)),
)
_LOOKED_UP = (
    *(("plan", T.ENUM), ("fee", T.MONEY), ("opened", T.TIMESTAMP), ("perks", T.LIST)),
    *(("office", T.GEO), ("tier", T.INTEGER), ("expires", T.DATE), ("trial", T.BOOLEAN)),
)


def _entity(choose: Chooser, tables: Names) -> tuple[Entity, dict[str, Field]]:
    own = Names(choose)
    key = own.of("user_id")
    wanted = [*_ATTRIBUTES, *choose.some(_MORE_ATTRIBUTES)]
    attributes = {name: _field(choose, own, name, kind) for name, kind in wanted}
    created_at = choose.one((None, T.TIMESTAMP, T.TIMESTAMP, T.DATE))
    if created_at is not None:
        attributes["joined"] = _field(choose, own, "joined", created_at)
    lookups: dict[str, Lookup] = {}
    looked_up = choose.some(_LOOKED_UP, most=4)
    if looked_up:
        theirs = Names(choose)
        account = Lookup("account", tables.of("accounts"), theirs.of("account_id"), own.of("acc"))
        lookups["account"] = account
        for name, kind in looked_up:
            attributes[name] = _field(choose, theirs, name, kind, lookup="account")
        if choose.chance(40):  # a second way into the same table
            lookups["partner"] = replace(account, name="partner", on=own.of("partner_acc"))
            first = attributes[looked_up[0][0]]
            attributes["partner_field"] = replace(first, name="partner_field", lookup="partner")
    entity = Entity(
        "user",
        tables.of("users"),
        key,
        created_at="joined" if created_at is not None else None,
        lookups=lookups,
    )
    return entity, attributes


_EVENT_FIELDS = (
    *(("amount", T.MONEY), ("genre", T.ENUM), ("minutes", T.INTEGER), ("weight", T.NUMBER)),
    *(("rate", T.DECIMAL), ("returned", T.BOOLEAN), ("due", T.DATE), ("paid", T.TIMESTAMP)),
    *(("spot", T.GEO), ("labels", T.LIST), ("note", T.STRING), ("cost", T.MONEY)),
)
_PRODUCT_FIELDS = (("department", T.ENUM), ("list_price", T.MONEY), ("launched", T.DATE))


def _events(choose: Chooser, tables: Names) -> dict[str, EventSource]:
    names = ("view", "buy", "refund")[: choose.number(1, 3)]
    # What fields share through a union must agree in type, currency and fold: drawn once, with
    # columns of each source's own; now and then a source disagrees.
    common = Names(choose)
    drawn = {name: _field(choose, common, name, kind) for name, kind in _EVENT_FIELDS}
    product = choose.one((T.STRING, T.INTEGER))
    return {name: _source(choose, tables, name, drawn, product) for name in names}


def _source(
    choose: Chooser,
    tables: Names,
    name: str,
    drawn: dict[str, Field],
    product: FieldType,
) -> EventSource:
    own = Names(choose)
    entity_key = own.of("user_id")
    kind = (T.INTEGER if product is T.STRING else T.STRING) if choose.chance(10) else product
    fields = {"product": _field(choose, own, "product", kind)}
    for field in choose.some(drawn.values(), fewest=5):
        fields[field.name] = _with_own_columns(choose, own, field)
    at = choose.one(("at", "happened"))
    fields[at] = _field(choose, own, at, T.TIMESTAMP)
    identity = own.of("event_id") if choose.chance(70) else None
    if identity is not None and choose.chance(30):
        fields["id"] = Field("id", T.INTEGER, column=identity)
    ingested_at = "loaded" if choose.chance(50) else None
    if ingested_at is not None:
        fields[ingested_at] = _field(choose, own, ingested_at, T.TIMESTAMP)
    lookups: dict[str, Lookup] = {}
    if choose.chance(50):
        theirs = Names(choose)
        lookups["product"] = Lookup(
            "product", tables.of(f"{name}_products"), theirs.of("product_id"), own.of("product_ref")
        )
        for field_name, field_kind in choose.some(_PRODUCT_FIELDS, fewest=1):
            fields[field_name] = _field(choose, theirs, field_name, field_kind, lookup="product")
    return EventSource(
        name,
        tables.of(name),
        entity_key,
        at,
        fields,
        id=identity,
        ingested_at=ingested_at,
        keep_latest=identity is not None and ingested_at is not None and choose.chance(60),
        lookups=lookups,
    )


def _with_own_columns(choose: Chooser, names: Names, field: Field) -> Field:
    if field.type is T.GEO:
        return replace(
            field,
            latitude=names.of(f"{field.name}_lat"),
            longitude=names.of(f"{field.name}_lon"),
        )
    stored_as = choose.one(STORED_AS) if field.type is T.TIMESTAMP else field.stored_as
    return replace(field, column=names.of(field.name), stored_as=stored_as)


def _unions(choose: Chooser, sources: Sequence[str]) -> dict[str, EventUnion]:
    if len(sources) < 2:
        return {}
    found = {"touch": EventUnion("touch", tuple(sources))}
    if len(sources) > 2:
        found["deal"] = EventUnion("deal", tuple(choose.some(sources, fewest=2, most=2)))
    return found


def _facets(choose: Chooser, model: DataModel) -> Facets:
    locations = [name for name in ("state", "city", "nick") if name in model.attributes]
    sources = [
        name
        for name in (*model.unions, *model.events)
        if model.shared_fields(model.sources_of(name)).get("genre")
    ]
    source = choose.one(sources) if sources else None
    weight = None
    if source is not None:
        shared = model.shared_fields(model.sources_of(source))
        weights = [name for name in ("minutes", "amount", "weight", "rate") if name in shared]
        weight = choose.one((None, *weights))
    demographics = ("gender", "level", "active", "born", "interests", "balance")
    return Facets(
        age=choose.one(("born", "level")),
        locations=tuple(choose.some(locations, fewest=1)),
        demographics=demographics if choose.chance(50) else (),
        interests="interests",
        interest_source=source,
        interest_field="genre" if source else None,
        interest_weight=weight,
    )
