package dev.luthier.peft;

import dev.luthier.model.Model;
import dev.luthier.model.Stack;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where AdapterHub's state dictionaries keep what belongs to a layer or to a whole model. Families
 * that AdapterHub does not know get the names of its plug-in interface.
 */
sealed interface HubNames {
  /** The module behind a sub-layer. */
  String place(Stack.Layer layer, Sublayer sublayer);

  /** What the names of the whole model's own weights begin with. */
  String base();

  /** The same for what sits at the embedding. */
  default String entry() {
    return base();
  }

  Pattern BERT = Pattern.compile("(.*?)encoder\\.layer\\.\\d+");
  Pattern T5 = Pattern.compile("(encoder|decoder)\\.block\\.\\d+");
  Pattern OTHERS = Pattern.compile("(.*?)[^.]+\\.\\d+");

  static HubNames of(Model model) {
    String first = model.frame().stacks().get(0).layers().get(0).path();
    Matcher bert = BERT.matcher(first);
    if (bert.matches()) {
      return new Bert(bert.group(1));
    }
    Matcher others = OTHERS.matcher(first);
    return T5.matcher(first).matches() || !others.matches()
        ? new T5()
        : new PlugIn(others.group(1));
  }

  /** BERT and its kin: the modules that hold the norm. */
  record Bert(String base) implements HubNames {
    @Override
    public String place(Stack.Layer layer, Sublayer sublayer) {
      return layer.path() + (sublayer == Sublayer.ATTENTION ? ".attention.output" : ".output");
    }
  }

  /** T5: the numbered sub-layers. */
  record T5() implements HubNames {
    @Override
    public String place(Stack.Layer layer, Sublayer sublayer) {
      int last = layer.afterCross() == null ? 1 : 2;
      int index = sublayer == Sublayer.MLP ? last : sublayer.ordinal();
      return layer.path() + ".layer." + index;
    }

    @Override
    public String base() {
      return "";
    }

    @Override
    public String entry() {
      return "encoder.";
    }
  }

  /** GPT-2, Llama and all others. */
  record PlugIn(String base) implements HubNames {
    @Override
    public String place(Stack.Layer layer, Sublayer sublayer) {
      return layer.path()
          + switch (sublayer) {
            case ATTENTION -> ".attention_adapters";
            case CROSS -> ".cross_adapters";
            case MLP -> ".output_adapters";
          };
    }
  }
}
