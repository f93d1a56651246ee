package dev.luthier.train;

import dev.luthier.doc.Doc;
import dev.luthier.doc.Shorthand;
import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Parameters that learn otherwise than the rest. */
@Doc("Parameters that learn otherwise than the rest")
@Shorthand
public record GroupSpec(
    @Doc("Regular expression found anywhere in the parameter's name") String match,
    @Doc(
            value = "Their peak learning rate; unset: that of the run",
            elsewhere = {"learning_rate"})
        Optional<Double> lr,
    @Doc("Their weight decay; unset: that of the run") Optional<Double> weightDecay) {
  public GroupSpec {
    try {
      Pattern.compile(match);
    } catch (PatternSyntaxException e) {
      throw new UserError(
          "groups.match must be a regular expression, was \"%s\" (%s)"
              .formatted(match, e.getDescription()),
          e);
    }
    lr.ifPresent(v -> Check.atLeast("groups.lr", 0.0, v));
    weightDecay.ifPresent(v -> Check.atLeast("groups.weight_decay", 0.0, v));
  }
}
