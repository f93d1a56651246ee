package dev.luthier;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.CompositeArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The habits of this code base, checked. */
@AnalyzeClasses(packages = "dev.luthier", importOptions = ImportOption.DoNotIncludeTests.class)
class HouseRulesTest {
  private static final Path MAIN = Path.of("src/main/java");
  private static final String ROOT = "dev.luthier.";

  /** Packages that every other may use, and that use none. */
  private static final List<String> FOR_ALL = List.of("error", "doc");

  /** Who may import whom: package -> the packages it may use beside those for all. */
  private static final Map<String, List<String>> MAY_USE =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("error", List.of()),
              Map.entry("doc", List.of()),
              Map.entry("tensor", List.of()),
              Map.entry("user", List.of()),
              Map.entry("loss", List.of("tensor", "user")),
              Map.entry("metric", List.of()),
              Map.entry("io", List.of("tensor")),
              Map.entry("data", List.of("tensor")),
              Map.entry("quant", List.of("tensor", "io")),
              Map.entry("model", List.of("tensor", "io", "quant")),
              Map.entry("peft", List.of("tensor", "io", "model", "quant")),
              Map.entry("rollout", List.of("tensor", "data", "model")),
              Map.entry("sandbox", List.of()),
              Map.entry("reward", List.of("tensor", "io", "data", "model", "rollout", "sandbox")),
              Map.entry("train", List.of("tensor", "io", "loss", "quant")),
              Map.entry("plan", List.of("tensor")),
              Map.entry("endpoint", List.of("io")),
              Map.entry("feedback", List.of("io")),
              Map.entry("rater", List.of("feedback")),
              Map.entry("judge", List.of("tensor", "io", "data", "metric", "reward", "endpoint")),
              Map.entry(
                  "recipe",
                  List.of(
                      "tensor",
                      "io",
                      "quant",
                      "data",
                      "model",
                      "loss",
                      "metric",
                      "peft",
                      "rollout",
                      "reward",
                      "sandbox",
                      "train",
                      "plan",
                      "user",
                      "judge",
                      "endpoint")),
              Map.entry(
                  "online",
                  List.of(
                      "feedback",
                      "rater",
                      "recipe",
                      "tensor",
                      "io",
                      "data",
                      "model",
                      "metric",
                      "peft",
                      "rollout",
                      "reward",
                      "judge",
                      "train")),
              Map.entry(
                  "advise", List.of("tensor", "io", "data", "model", "loss", "peft", "recipe")),
              Map.entry(
                  "cli",
                  List.of(
                      "advise", "online", "rater", "recipe", "tensor", "io", "data", "model",
                      "loss", "peft", "rollout", "quant", "train"))));

  @ArchTest static final ArchRule walls = walls();

  @ArchTest
  static final ArchRule noCycles = slices().matching(ROOT + "(*)..").should().beFreeOfCycles();

  @ArchTest static final ArchRule onlyCliParsesArguments = only("cli", "picocli..");

  @ArchTest static final ArchRule onlyDataTokenizes = only("data", "ai.djl..");

  @ArchTest
  static final ArchRule onlyCliEndsTheProcess =
      noClasses()
          .that()
          .resideOutsideOfPackage(ROOT + "cli..")
          .should()
          .callMethod(System.class, "exit", int.class)
          .orShould()
          .callMethod(Runtime.class, "exit", int.class)
          .orShould()
          .callMethod(Runtime.class, "halt", int.class);

  @ArchTest
  static final ArchRule nothingIsInherited =
      classes()
          .that(ordinary())
          .should()
          .haveModifier(JavaModifier.FINAL)
          .as("classes are final: compose instead of inheriting behaviour");

  @ArchTest
  static final ArchRule noCatchAllNames =
      noClasses()
          .should()
          .haveSimpleNameStartingWith("Abstract")
          .orShould()
          .haveNameMatching(".*[.$]Base([A-Z].*)?") // a baseline is none
          .orShould()
          .haveSimpleNameEndingWith("Utils")
          .orShould()
          .haveSimpleNameEndingWith("Util");

  private static ArchRule only(String name, String library) {
    return noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + name + "..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(library);
  }

  /** Named classes; an enum with bodies for its constants cannot be final. */
  private static DescribedPredicate<JavaClass> ordinary() {
    return DescribedPredicate.describe(
        "are ordinary classes",
        c -> !c.isInterface() && !c.isEnum() && !c.isAnonymousClass() && !c.isRecord());
  }

  private static ArchRule walls() {
    List<ArchRule> rules = new ArrayList<>();
    MAY_USE.forEach(
        (name, uses) -> {
          List<String> allowed = new ArrayList<>(uses);
          allowed.addAll(FOR_ALL);
          allowed.add(name);
          rules.add(
              noClasses()
                  .that()
                  .resideInAPackage(ROOT + name + "..")
                  .should()
                  .dependOnClassesThat(outside(allowed))
                  .allowEmptyShould(true));
        });
    return CompositeArchRule.of(rules);
  }

  private static DescribedPredicate<JavaClass> outside(List<String> allowed) {
    return DescribedPredicate.describe(
        "are ours and outside of " + String.join(", ", allowed),
        c -> c.getPackageName().startsWith("dev.luthier") && !allowed.contains(first(c)));
  }

  /** dev.luthier.data.x -> data. */
  private static String first(JavaClass c) {
    String name = c.getPackageName();
    return name.length() <= ROOT.length() ? "" : name.substring(ROOT.length()).split("\\.")[0];
  }

  @Test
  void everyPackageHasItsWallsAndIsNullMarked() throws IOException {
    try (Stream<Path> packages = Files.list(MAIN.resolve("dev/luthier"))) {
      for (Path dir : packages.toList()) {
        assertThat(MAY_USE).as("walls of %s", dir).containsKey(dir.getFileName().toString());
        assertThat(dir.resolve("package-info.java")).content().contains("@NullMarked");
      }
    }
  }

  @Test
  void filesStayShort() throws IOException {
    for (Path file : sources(MAIN)) {
      assertThat(Files.readAllLines(file).size()).as("%s: lines", file).isLessThanOrEqualTo(200);
    }
  }

  @Test
  void everyLossHasItsTest() throws IOException {
    for (Path file : sources(MAIN.resolve("dev/luthier/loss"))) {
      String name = MAIN.relativize(file).toString();
      if (!name.endsWith("package-info.java")) {
        assertThat(Path.of("src/test/java", name.replace(".java", "Test.java"))).exists();
      }
    }
  }

  private static List<Path> sources(Path dir) throws IOException {
    try (Stream<Path> files = Files.walk(dir)) {
      return files.filter(f -> f.toString().endsWith(".java")).toList();
    }
  }
}
