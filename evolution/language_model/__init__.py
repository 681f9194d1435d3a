"""The diff model: data, tokenizer, training, generation. Needs the extra ``model``.

Only this room imports torch and transformers; import its modules, not the package, so
that a page or a search without a model never loads them.
"""
