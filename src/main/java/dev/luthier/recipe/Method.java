package dev.luthier.recipe;

import dev.luthier.doc.Doc;

/** What is learned from the data: one record per method, picked by its name in the recipe. */
@Doc("What is learned from the data")
public sealed interface Method permits Sft {}
