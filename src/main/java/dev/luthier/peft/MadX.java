package dev.luthier.peft;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.UserError;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * MAD-X (Pfeiffer et al. 2020b, https://arxiv.org/abs/2005.00052): a task's adapter on top of a
 * language's, which was trained before and stays as it is. For another language the lower adapter
 * is exchanged. A language's adapter is a {@link Bottleneck} with an {@link Invertible} one,
 * trained on plain text. Each adapter takes what the one below made of a sub-layer's output for
 * that output: {@link BottleneckMap.Stacked}.
 */
@Doc("An adapter for a task on top of a frozen one for a language (arXiv 2005.00052)")
public record MadX(
    @Doc("Folders of trained adapters that stay frozen, the lowest first") List<Path> below,
    @Doc("The adapter on top, which trains") @Default("{}") Bottleneck task)
    implements Peft {
  public MadX {
    if (below.isEmpty()) {
      throw new UserError("mad_x.below must name at least one folder of an adapter, was empty");
    }
    if (!(task.invertible() instanceof Invertible.None)) {
      throw new UserError(
          "mad_x.task.invertible must be none: the lowest adapter alone sits at the embedding");
    }
  }

  @Override
  public Rate usualRate() {
    return task.usualRate(); // 1e-4 for languages too in AdapterHub's documentation
  }

  @Override
  public List<String> save() {
    return task.save();
  }

  @Override
  public String prefix() {
    return task.prefix();
  }

  @Override
  public Attachment attach(Site site) {
    Wholes.refuseUnknown(site.model(), save(), "mad_x.task.save");
    List<Insets> frozen = HubFolder.frozen(site, below, new ArrayList<>(List.of(task.name())));
    return Insets.stacked(frozen, Insets.on(site, task.inset()));
  }
}
