"""The settings that are tested are the real ones; only the servers behind them are the tests' own."""

from tests.services import prepare_environment

prepare_environment()

from config.settings import *  # noqa: E402, F403 - settings read the environment when they are imported
