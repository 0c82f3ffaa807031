from __future__ import annotations

import psycopg
import pytest

from muster.base.datamodel import DataModel, EntityList, Facets, FieldType, Lookup, PiiClass
from muster.base.errors import InvalidModel
from muster.base.inspection import ForeignKey, PhysicalType, WarehouseFacts
from muster.engines.duckdb_inspect import inspect_file, inspect_folder
from muster.engines.postgres_inspect import inspect_postgres
from muster.model.check import check_model, has_errors
from muster.model.draft import draft_model, explain_guesses
from muster.model.dump import dump_model
from muster.model.load import load_model
from tests.model.facts import column, table, warehouse
from tests.model.shop import TABLES, write_file, write_folder

P = PhysicalType
T = FieldType
ZONE = "Europe/Vienna"


@pytest.fixture(scope="module")
def folder_facts(tmp_path_factory: pytest.TempPathFactory) -> WarehouseFacts:
    return inspect_folder(write_folder(tmp_path_factory.mktemp("shop")))


@pytest.fixture(scope="module")
def file_facts(tmp_path_factory: pytest.TempPathFactory) -> WarehouseFacts:
    return inspect_file(write_file(tmp_path_factory.mktemp("file") / "shop.duckdb"))


@pytest.fixture(scope="module")
def postgres_facts(
    module_database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> WarehouseFacts:
    """The customers, purchases and visits of the shop in a schema of their own."""
    url = module_database_url.replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA shop")
        for name in ("customers", "purchases", "visits"):
            connection.execute(_as_postgres(name))
        connection.execute("ALTER TABLE shop.customers ADD PRIMARY KEY (customer_id)")
    return inspect_postgres(module_database_url, schema="shop")


def _as_postgres(name: str) -> str:
    query = TABLES[name].replace("range(1, 121) t(i)", "generate_series(1, 120) t(i)")
    for size in (600, 400):
        query = query.replace(f"range({size}) t(i)", f"generate_series(0, {size - 1}) t(i)")
    for duckdb_text, postgres_text in (
        ("INTERVAL (i * 97) DAY", "make_interval(days => i * 97)"),
        ("INTERVAL (i % 90) DAY", "make_interval(days => i % 90)"),
        ("INTERVAL (i) DAY", "make_interval(days => i)"),
        ("INTERVAL (i) HOUR", "make_interval(hours => i)"),
        ("['sport', 'travel'][1:1 + i % 2]", "(ARRAY['sport', 'travel'])[1:1 + i % 2]"),
        ("['web', 'app'][1 + i % 2]", "(ARRAY['web', 'app'])[1 + i % 2]"),
        ("DATE '1960-01-01' + make_interval(days => i * 97) AS", "DATE '1960-01-01' + i * 97 AS"),
        ("DATE '2024-01-01' + make_interval(days => i % 90) AS", "DATE '2024-01-01' + i % 90 AS"),
    ):
        query = query.replace(duckdb_text, postgres_text)
    return f"CREATE TABLE shop.{name} AS {query}"


@pytest.fixture(scope="module")
def model(folder_facts: WarehouseFacts) -> DataModel:
    return draft_model(folder_facts, time_zone=ZONE, name="shop", currency="EUR")


def test_those_who_are_counted_are_found(model: DataModel) -> None:
    entity = model.entity
    assert (entity.name, entity.table, entity.key) == ("customer", "customers", "customer_id")
    assert entity.created_at == "signed_up_at"
    assert model.observed == "window"
    assert entity.lookups == {"region": Lookup("region", "regions", "region_id", "region_id")}


def test_attributes_have_the_types_of_their_columns_and_values(model: DataModel) -> None:
    assert {name: field.type for name, field in model.attributes.items()} == {
        "home": T.GEO,
        "email": T.STRING,
        "name": T.STRING,
        "born": T.TIMESTAMP,  # DuckDB adds an interval to a date as to a time
        "gender": T.ENUM,
        "city": T.ENUM,
        "region_id": T.INTEGER,
        "signed_up_at": T.TIMESTAMP,
        "interests": T.LIST,
        "region_name": T.STRING,
    }
    assert model.attributes["region_name"].lookup == "region"
    assert (model.attributes["home"].latitude, model.attributes["home"].longitude) == (
        "home_lat",
        "home_lng",
    )


def test_personal_data_is_marked_and_its_values_are_not_copied(model: DataModel) -> None:
    marked = {name: field.pii for name, field in model.attributes.items() if field.pii != "none"}
    assert marked == {
        "email": PiiClass.CONTACT,
        "name": PiiClass.IDENTIFIER,
        "home": PiiClass.SENSITIVE,
    }
    assert all(model.attributes[name].top_values == () for name in marked)
    assert "example.org" not in dump_model(model)


def test_common_values_are_kept_most_frequent_first(model: DataModel) -> None:
    assert set(model.attributes["gender"].top_values) == {"F", "M"}
    assert model.attributes["interests"].top_values == ("sport", "travel")


def test_events_are_tables_with_a_key_of_the_entity_and_a_time(model: DataModel) -> None:
    purchase = model.events["purchase"]
    assert set(model.events) == {"purchase", "visit"}
    assert (purchase.table, purchase.entity_key, purchase.id) == (
        "purchases",
        "customer_id",
        "purchase_id",
    )
    assert (purchase.at, purchase.ingested_at) == ("bought_at", "loaded_at")
    assert purchase.lookups == {"product": Lookup("product", "products", "sku", "sku")}
    assert purchase.fields["amount"].type is T.MONEY
    assert purchase.fields["amount"].currency == "EUR"
    assert purchase.fields["quantity"].type is T.INTEGER
    assert purchase.fields["department"].lookup == "product"
    assert purchase.fields["name"].pii is PiiClass.NONE


def test_a_day_becomes_the_instant_at_which_it_begins_in_the_zone() -> None:
    facts = warehouse(
        table("users", column("user_id", P.INTEGER), primary_key="user_id"),
        table(
            "visits",
            column("user_id", P.INTEGER, distinct=9),
            column("day", P.DATE),
            foreign_keys=(ForeignKey("user_id", "users", "user_id", False),),
        ),
    )
    visit = draft_model(facts, time_zone=ZONE, name="x").events["visit"]
    assert (visit.fields["day"].type, visit.fields["day"].stored_as) == (T.TIMESTAMP, ZONE)
    assert visit.fields["day"].guessed == ("type", "stored_as")


def test_lists_metrics_and_facets_are_proposed(model: DataModel) -> None:
    assert model.lists == {
        "unsubscribed": EntityList("unsubscribed", "unsubscribed", "customer_id")
    }
    assert {name: (one.aggregate, one.of) for name, one in model.metrics.items()} == {
        "purchase_count": ("count", None),
        "purchase_amount_total": ("sum", "amount"),
        "visit_count": ("count", None),
    }
    assert model.facets == Facets(locations=("city",), interests="interests")


def test_what_was_guessed_is_named_in_the_field_and_marked_in_the_text(model: DataModel) -> None:
    assert model.attributes["email"].guessed == ("pii",)
    assert model.attributes["gender"].guessed == ("type",)
    assert model.events["purchase"].fields["bought_at"].guessed == ("stored_as",)
    assert "type: money  # guessed" in dump_model(model)


def test_a_draft_can_be_loaded_and_fits_the_warehouse(
    model: DataModel, folder_facts: WarehouseFacts
) -> None:
    assert load_model(dump_model(model)) == model
    assert not has_errors(check_model(model, folder_facts))


def test_each_decision_is_explained(folder_facts: WarehouseFacts) -> None:
    sentences = explain_guesses(folder_facts, time_zone=ZONE, name="shop")
    text = "\n".join(sentences)
    assert len(sentences) == len(set(sentences))
    for told in (
        '"customers" is the entity, with the key "customer_id"',
        '"purchases" holds events: "customer_id" refers to "customers", and "bought_at"',
        '"unsubscribed" is a list of keys',
        '"products" is looked up by "sku"',
        '"weather" is left out',
    ):
        assert told in text


def test_a_database_file_yields_the_same_draft_as_a_folder(
    model: DataModel, file_facts: WarehouseFacts
) -> None:
    drafted = draft_model(file_facts, time_zone=ZONE, name="shop", currency="EUR")
    assert drafted.entity == model.entity
    assert drafted.events.keys() == model.events.keys()
    assert drafted.events["purchase"] == model.events["purchase"]
    assert load_model(dump_model(drafted)) == drafted
    assert not has_errors(check_model(drafted, file_facts))


def test_a_postgres_schema_yields_the_same_draft_as_a_folder(
    model: DataModel, postgres_facts: WarehouseFacts
) -> None:
    drafted = draft_model(postgres_facts, time_zone=ZONE, name="shop", currency="EUR")
    assert (drafted.entity.table, drafted.entity.key) == ("customers", "customer_id")
    assert set(drafted.events) == {"purchase", "visit"}
    assert drafted.events["purchase"].at == "bought_at"
    assert drafted.attributes["born"].type is T.DATE
    assert drafted.facets.age == "born"
    assert drafted.attributes["interests"].top_values == model.attributes["interests"].top_values
    assert load_model(dump_model(drafted)) == drafted
    assert not has_errors(check_model(drafted, postgres_facts))


def test_without_anybody_to_count_there_is_no_draft() -> None:
    facts = warehouse(table("lines", column("customer_id", P.INTEGER, distinct=9)))
    with pytest.raises(InvalidModel) as caught:
        draft_model(facts, time_zone=ZONE, name="x")
    assert caught.value.code == "NO_ENTITY"
    assert caught.value.hint


def test_people_go_before_other_tables_that_are_referred_to_more() -> None:
    refers = (ForeignKey("user_id", "users", "user_id", True),)
    facts = warehouse(
        table("users", column("user_id", P.INTEGER), primary_key="user_id"),
        table(
            "orders",
            column("order_id", P.INTEGER),
            column("user_id", P.INTEGER),
            column("at", P.NAIVE_TIMESTAMP),
            primary_key="order_id",
            foreign_keys=refers,
        ),
        *(
            table(
                name,
                column("order_id", P.INTEGER, distinct=9),
                column("at", P.NAIVE_TIMESTAMP),
                foreign_keys=(ForeignKey("order_id", "orders", "order_id", True),),
            )
            for name in ("lines", "shipments", "refunds")
        ),
    )
    assert draft_model(facts, time_zone=ZONE, name="x").entity.table == "users"


def test_a_key_of_the_same_name_counts_even_if_many_of_its_values_are_unknown() -> None:
    """Demographics are often known for some of the buyers only."""
    facts = warehouse(
        table("demographics", column("household_id", P.TEXT), primary_key="household_id"),
        table(
            "baskets",
            column("household_id", P.TEXT, distinct=90),
            column("bought_at", P.NAIVE_TIMESTAMP),
        ),
    )
    model = draft_model(facts, time_zone=ZONE, name="x")
    assert model.entity.name == "household"
    assert model.events["basket"].entity_key == "household_id"
    assert any(
        "not all its keys" in one for one in explain_guesses(facts, time_zone=ZONE, name="x")
    )


def test_a_table_with_the_entitys_own_key_adds_attributes() -> None:
    facts = warehouse(
        table("users", column("user_id", P.INTEGER), column("plan", P.TEXT), primary_key="user_id"),
        table(
            "user_scores",
            column("user_id", P.INTEGER),
            column("score", P.INTEGER),
            column("plan", P.TEXT),
            primary_key="user_id",
            foreign_keys=(ForeignKey("user_id", "users", "user_id", False),),
        ),
        table(
            "buys",
            column("user_id", P.INTEGER, distinct=9),
            column("at", P.ZONED_TIMESTAMP),
            foreign_keys=(ForeignKey("user_id", "users", "user_id", False),),
        ),
    )
    model = draft_model(facts, time_zone=ZONE, name="x")
    assert model.attributes["score"].lookup == "user_score"
    assert model.attributes["user_score_plan"].column == "plan"
    assert model.events["buy"].fields["at"].stored_as == "instant"
    assert load_model(dump_model(model)) == model
