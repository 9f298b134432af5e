"""Runs the migrations on the connection that the catalog hands over."""

from alembic import context

# Anything but alembic that imports this file, such as a documentation builder, finds no migration under way.
if hasattr(context, "config"):
    context.configure(connection=context.config.attributes["connection"], render_as_batch=True)
    context.run_migrations()
