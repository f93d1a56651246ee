package dev.luthier.peft;

import dev.luthier.doc.Doc;
import dev.luthier.doc.Shorthand;
import dev.luthier.error.UserError;
import dev.luthier.model.Place;
import dev.luthier.tensor.Course;
import dev.luthier.tensor.Parameter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Several methods on one model (He et al. 2022, https://arxiv.org/abs/2110.04366, section 4, and
 * Mao et al. 2022, https://arxiv.org/abs/2110.07577, train such mixtures). At a place that two of
 * them change, the later one stands on what the earlier one made. PEFT has no file for a mixture:
 * every method is saved in a folder of its own, which PEFT can load alone.
 */
@Doc("Several methods at once, each on what the ones before it made")
@Shorthand
public record Together(
    @Doc("The methods; the run's learning rate is the first one's, the others keep theirs to it")
        List<Peft> methods)
    implements Peft {
  public Together {
    if (methods.size() < 2) {
      throw new UserError("together must have two methods or more, was " + methods.size());
    }
    for (Peft method : methods) {
      if (method instanceof Full || method instanceof Together) {
        throw new UserError("together cannot hold " + Methods.name(method));
      }
      if (DeltaFiles.chooses(method)) {
        throw new UserError(
            "together cannot hold %s, whose file says which weights it changes"
                .formatted(Methods.name(method)));
      }
      if (methods.stream().filter(m -> m.getClass() == method.getClass()).count() > 1) {
        throw new UserError("together has " + Methods.name(method) + " more than once");
      }
    }
  }

  @Override
  public Rate usualRate() {
    return methods.get(0).usualRate();
  }

  /** The rates of the methods keep their usual proportions. */
  double rateOf(Parameter weight, List<Attachment> parts) {
    for (int i = 0; i < parts.size(); i++) {
      if (parts.get(i).trainable().contains(weight)) {
        Peft method = methods.get(i);
        double usual = method.usualRate().at(Rate.WIDE) / usualRate().at(Rate.WIDE);
        return usual * method.rateOf(weight);
      }
    }
    return 1;
  }

  @Override
  public List<String> save() {
    return methods.stream().flatMap(m -> m.save().stream()).distinct().toList();
  }

  @Override
  public int virtualTokens() {
    return methods.stream().mapToInt(Peft::virtualTokens).sum();
  }

  @Override
  public int tasks() {
    return methods.stream().mapToInt(Peft::tasks).filter(n -> n > 0).min().orElse(0);
  }

  /** Modules saved whole are in the first method's file. */
  @Override
  public String prefix() {
    return methods.get(0).prefix();
  }

  @Override
  public Attachment attach(Site site) {
    Map<Place<?>, Adaptation> below = new HashMap<>();
    Map<Place<?>, Change<?>> changes = new LinkedHashMap<>();
    List<Attachment> parts = new ArrayList<>();
    for (Peft method : methods) {
      Attachment part =
          method.attach(
              new Site(
                  site.model(), site.open(), method.prefix(), site.start(), Map.copyOf(below)));
      parts.add(part);
      for (Change<?> change : part.changes()) {
        Change<?> earlier = changes.put(change.place(), change);
        if (earlier != null && !standsOn(change, earlier)) {
          parts.forEach(Attachment::close);
          throw new UserError(
              "together: %s changes %s, which a method before it has changed already, and cannot stand on that"
                  .formatted(Methods.name(method), change.place().path()));
        }
        if (change.with() instanceof Adaptation map) {
          below.put(change.place(), map);
        }
      }
    }
    return new Attachment(
        List.copyOf(changes.values()),
        parts.stream().flatMap(p -> p.trainable().stream()).toList(),
        parts.stream().flatMap(p -> p.frozen().stream()).toList(),
        parts.stream().flatMap(p -> p.saved().stream()).toList(),
        parts.stream().flatMap(p -> p.encoder().stream()).toList(),
        Course.of(parts.stream().map(Attachment::course).toArray(Course[]::new)),
        List.copyOf(parts),
        Optional.of(() -> written(parts)));
  }

  private Together written(List<Attachment> parts) {
    List<Peft> out = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      out.add(parts.get(i).written().orElse(always(methods.get(i))).get());
    }
    return new Together(out);
  }

  private static Supplier<Peft> always(Peft method) {
    return () -> method;
  }

  private static boolean standsOn(Change<?> later, Change<?> earlier) {
    return later.with() instanceof Adaptation.Layered map && map.inner() == earlier.with();
  }
}
