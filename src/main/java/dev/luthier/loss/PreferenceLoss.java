package dev.luthier.loss;

import dev.luthier.doc.Doc;

/** What judged answers teach, in pairs or each by itself. */
@Doc("What judged answers teach (docs/preferences.md)")
public sealed interface PreferenceLoss permits PairLoss, LabelledLoss {}
