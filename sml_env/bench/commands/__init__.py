"""The subcommands of ``sml-env``, a module each; ``sml_env.bench.cli`` gathers them."""
