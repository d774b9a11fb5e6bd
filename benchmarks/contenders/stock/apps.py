"""The app and its label."""

from django.apps import AppConfig


class StockConfig(AppConfig):
    """Models without migrations: the tables are the product's."""

    name = "benchmarks.contenders.stock"
    label = "stock"
