package dev.luthier.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.luthier.feedback.Answer;
import dev.luthier.feedback.Asked;
import dev.luthier.feedback.Decision;
import dev.luthier.feedback.Feedback;
import dev.luthier.feedback.Judged;
import dev.luthier.feedback.Said;
import dev.luthier.feedback.Standing;
import dev.luthier.online.GateReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** The page in a real browser: one Chromium for all tests, skipped where there is none. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PageTest {
  private static final String SCRIPT =
      "<script>window.ran = 1</script><img src=x onerror=\"window.ran = 2\">"
          + " [x](javascript:window.ran=3)";

  private static final List<String> VIEWS =
      List.of(
          "chat",
          "label",
          "review",
          "review/raters",
          "versions",
          "runs",
          "runs/c0001/train/policy");

  private static final GateReport.Checked WON =
      new GateReport.Checked("win rate", 0.58, ">= 0.5", true, "300 prompts, 0.52 to 0.63");

  private final List<String> told = new CopyOnWriteArrayList<>();
  private PageSite site;
  private Browser browser;

  @BeforeAll
  void open(@TempDir Path home, @TempDir Path profile) throws IOException {
    browser = Browser.open(profile);
    site = PageSite.whole(home, told::add);
    site.answering("v0000", WON);
    site.version("v0001", new GateReport.Checked("win rate", 0.41, ">= 0.5", false, ""));
    log("c0001/train/policy", 1, 40);
    cycle("c0001");
    browser.go(site.url("#/runs"));
    browser.script( // short answers
        "localStorage.setItem('luthier-sampling', JSON.stringify({max_tokens: 12, temperature:"
            + " 1}))");
  }

  @AfterAll
  void close() {
    if (site != null) {
      site.close();
    }
    if (browser != null) {
      browser.close();
    }
  }

  @BeforeEach
  void desktop() {
    browser.size(1280, 800);
    browser.prefers("light");
    browser.complaints();
  }

  /** A cycle that was refused. */
  private void cycle(String name) throws IOException {
    Files.writeString(
        site.home.resolve("cycles").resolve(name).resolve("cycle.json"),
        """
        {"name": "%s", "at": "2026-01-02T03:04:05Z", "trigger": "by hand", "parent": "v0000",
        "place": "serve.yaml", "done": {"SNAPSHOT": 1.5}, "version": null, "outcome": "REFUSED",
        "reasons": ["win rate 0.4100, bound >= 0.5: failed"], "ended": "2026-01-02T03:14:05Z"}
        """
            .formatted(name));
  }

  /** Appends lines of metrics to a run. */
  private void log(String run, int from, int to) throws IOException {
    Path folder = Files.createDirectories(site.home.resolve("cycles").resolve(run));
    for (int step = from; step <= to; step++) {
      Files.writeString(
          folder.resolve("metrics.jsonl"),
          "{\"step\": %d, \"loss\": %s, \"lr\": 1.0E-4, \"reward/mean\": 0.%d}%n"
              .formatted(step, 1.0 / step, step),
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    }
  }

  private List<Judged> said() {
    return site.store.feedback(Asked.all());
  }

  /** The chat, anew. */
  private void chat() {
    browser.go(site.url("#/chat"));
  }

  /** Asks in the chat and waits for the whole answer. */
  private WebElement ask(String prompt) {
    int before = browser.all(".said.model .opinions").size();
    browser.await("[name=message]").sendKeys(prompt);
    browser.press(Keys.ENTER);
    browser.awaitTrue(
        "a whole answer", () -> browser.all(".said.model .opinions").size() == before + 1);
    List<WebElement> answers = browser.all(".said.model");
    return answers.get(answers.size() - 1);
  }

  @Test
  void anAnswerIsStreamedAndItsThumbLandsInTheStore() {
    chat();
    WebElement answer = ask("What is the capital of France?");
    String version = answer.findElement(By.className("version")).getText();
    int before = said().size();
    answer.findElement(By.cssSelector("[data-thumb=down]")).click();
    browser.awaitTrue("feedback", () -> said().size() == before + 1);
    Judged kept = said().get(before);
    assertThat(kept.feedback().said()).isEqualTo(new Said.Thumb(false));
    assertThat(kept.answer().version()).isEqualTo(version);
    assertThat(kept.answer().messages()).contains("What is the capital of France?");
    assertThat(words(answer.findElement(By.className("text")).getText()))
        .isEqualTo(words(kept.answer().text()));
    assertThat(browser.await("[data-thumb=down]").getDomAttribute("aria-pressed"))
        .isEqualTo("true");
    assertThat(browser.complaints()).isEmpty();
  }

  /** Letters and digits only: emphasis and breaks of lines are shown, not written. */
  private static String words(String text) {
    return text.replaceAll("[^\\p{L}\\p{N}]+", " ").strip();
  }

  @Test
  void anAnswerIsCorrectedRatedAndCommentedOn() {
    chat();
    ask("good evening");
    int before = said().size();
    browser.await("[data-tool=edit]").click();
    WebElement text = browser.await("[name=edit]");
    text.clear();
    text.sendKeys("Good evening to you.");
    browser.await(".panel [type=submit]").click();
    browser.await(".said.model .text", "Good evening to you.");
    browser.await("[data-tool=rate]").click();
    browser.await(".scale");
    browser.script(
        "document.querySelector('[data-aspect=helpful][value=\"4\"]').click();"
            + "document.querySelector('[data-aspect=safe][value=\"5\"]').click()");
    browser.await(".panel [type=submit]").click();
    browser.awaitTrue("the ratings", () -> said().size() == before + 2);
    browser.await("[data-tool=comment]").click();
    browser.await("[name=comment]").sendKeys("Be brief; '); drop table feedback; --");
    browser.await(".panel [type=submit]").click();
    browser.awaitTrue("the comment", () -> said().size() == before + 3);
    assertThat(said().subList(before, before + 3).stream().map(j -> j.feedback().said()))
        .containsExactly(
            new Said.Edit("Good evening to you."),
            new Said.Ratings(java.util.Map.of("helpful", 4, "safe", 5)),
            new Said.Comment("Be brief; '); drop table feedback; --"));
    // the conversation goes on with the corrected answer
    ask("and then?");
    assertThat(said()).hasSize(before + 3);
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void aPairIsLabelledByKeyboardAndTheLastChoiceTakenBack() {
    Answer one = site.answered("which way?", "v0000", "to the north");
    Answer two = site.answered("which way?", "v0001", "to the south");
    browser.go(site.url("#/label"));
    browser.await(".asked .text", "which way?");
    String left = browser.all(".side .text").get(0).getText();
    assertThat(browser.driver.getPageSource()).doesNotContain("v0000").doesNotContain("v0001");
    int before = said().size();
    browser.press("t");
    browser.await("progress[value='1']");
    browser.press("u");
    browser.await("progress[value='0']");
    browser.await(".asked .text", "which way?");
    assertThat(browser.all(".side .text").get(0).getText()).isEqualTo(left);
    browser.press(Keys.ARROW_LEFT);
    browser.await("progress[value='1']");
    assertThat(said()).hasSize(before); // it can still be taken back
    browser.script("location.hash = '#/runs'"); // whoever leaves has decided
    browser.awaitTrue("the choice", () -> said().size() == before + 1);
    Judged kept = said().get(before);
    boolean first = left.equals(one.text());
    assertThat(kept.answer().id()).isEqualTo(first ? one.id() : two.id());
    assertThat(kept.feedback().said())
        .isEqualTo(new Said.Choice(first ? two.id() : one.id(), Said.Preferred.THIS));
    assertThat(browser.complaints()).isEmpty();
  }

  /** Feedback that waits in quarantine. */
  private Feedback doubted(Said said, String reason) {
    Answer answer = site.answered("a prompt " + Instant.now(), "v0000", "an answer");
    Feedback feedback = site.heard(answer, "rater " + reason, said);
    site.store.decide(List.of(decided(feedback, Standing.QUARANTINED, reason)));
    return feedback;
  }

  private static Decision decided(Feedback feedback, Standing standing, String reason) {
    return new Decision(
        feedback.id(), standing, 0.25, List.of(reason), Decision.FILTER, Instant.now());
  }

  @Test
  void quarantineIsReviewedByKeyboard() {
    site.store.decide(
        site.store.feedback(Asked.of(Standing.QUARANTINED)).stream()
            .map(j -> decided(j.feedback(), Standing.REJECTED, "of another test"))
            .toList());
    Feedback good = doubted(new Said.Thumb(true), "31 thumbs in a minute");
    Feedback bad = doubted(new Said.Comment("buy strings"), "the same text four times");
    browser.go(site.url("#/review"));
    browser.await(".reasons", "31 thumbs in a minute");
    WebElement name = browser.await("[name=by]");
    name.clear();
    name.sendKeys("Antonia");
    browser.tabTo(".card button");
    browser.press("a");
    browser.awaitTrue("a decision", () -> standing(good) == Standing.ACCEPTED);
    browser.awaitTrue("the next card", () -> browser.all(".card:focus").size() == 1);
    browser.press("r");
    browser.awaitTrue("a decision", () -> standing(bad) == Standing.REJECTED);
    browser.await(".empty", "The quarantine is empty");
    Decision decision = site.store.feedback(good.id()).orElseThrow().decision().orElseThrow();
    assertThat(decision.by()).isEqualTo("Antonia");
    assertThat(decision.weight()).isEqualTo(1);
    browser.go(site.url("#/review/raters"));
    browser.await("th.name", good.rater());
    assertThat(browser.complaints()).isEmpty();
  }

  private Standing standing(Feedback feedback) {
    return site.store.feedback(feedback.id()).orElseThrow().standing();
  }

  @Test
  void aVersionIsPromotedAndRolledBackAfterAQuestion() {
    browser.go(site.url("#/versions"));
    browser.await("[data-version=v0001]", "win rate");
    assertThat(browser.all("[data-promote=v0002]")).as("the gate refused it").isEmpty();
    browser.await(".timeline li", "win rate 0.4100, bound >= 0.5: failed");
    browser.await("[data-promote=v0001]").click();
    browser.await("dialog", "Promote v0001?");
    browser.press(Keys.ESCAPE);
    browser.awaitTrue("no dialog", () -> browser.all("dialog").isEmpty());
    assertThat(site.versions.deployed().current()).isEqualTo("v0000");
    browser.await("[data-promote=v0001]").click();
    browser.await("dialog [type=submit]").click();
    browser.await("[data-current=v0001]");
    assertThat(site.versions.deployed().current()).isEqualTo("v0001");
    chat();
    browser.awaitTrue(
        "an answer of v0001",
        () -> ask("Who are you?").findElement(By.className("version")).getText().equals("v0001"));
    browser.go(site.url("#/versions"));
    browser.await("[data-rollback]").click();
    browser.await("[name=why]").sendKeys("it rhymes", Keys.ENTER);
    browser.await("[data-current=v0000]");
    assertThat(site.versions.deployed().current()).isEqualTo("v0000");
    assertThat(site.versions.deployed().history().get(1).why()).isEqualTo("it rhymes");
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void curvesGrowWhileARunTrains() throws IOException {
    log("later/reward", 1, 3);
    browser.go(site.url("#/runs"));
    browser.await(".list a", "later/reward").click();
    browser.await("[data-curve=loss] .readout", "0.3333 at 3"); // 1 / 3
    assertThat(browser.all(".chart").stream().map(c -> c.getDomAttribute("data-curve")))
        .containsExactly("loss", "reward/mean", "lr");
    log("later/reward", 4, 8);
    browser.await("[data-curve=loss] .readout", "0.125 at 8"); // 1 / 8
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void scriptsAreTextAndNeverRun() {
    chat();
    ask(SCRIPT);
    assertThat(browser.await(".said.user .text").getText()).isEqualTo(SCRIPT);
    doubted(new Said.Comment(SCRIPT), SCRIPT);
    browser.go(site.url("#/review"));
    assertThat(browser.await(".reasons", SCRIPT)).isNotNull();
    assertThat(browser.await(".block.given", SCRIPT)).isNotNull();
    site.answered(SCRIPT, "v0000", SCRIPT + "1");
    site.answered(SCRIPT, SCRIPT, SCRIPT + "2");
    browser.go(site.url("#/label"));
    browser.await(".asked .text", SCRIPT);
    browser.await(".side .text", SCRIPT);
    site.version("v0000", new GateReport.Checked(SCRIPT, 1, SCRIPT, true, SCRIPT));
    browser.go(site.url("#/versions"));
    browser.await(".version-card td", SCRIPT);
    assertThat(browser.script("return window.ran")).isNull();
    assertThat(browser.all("main script, main img, main a[href^='javascript']")).isEmpty();
    assertThat(browser.complaints()).isEmpty(); // not even tried
  }

  /** Another view of the page that is loaded, with its data. */
  private void show(String view) {
    browser.script("location.hash = '#/none'; location.hash = '#/' + arguments[0]", view);
    browser.awaitTrue(
        view,
        () ->
            Boolean.TRUE.equals(
                browser.script(
                    "return !!document.querySelector('.view.' + arguments[0])"
                        + " && !document.querySelector('.waiting')",
                    view.split("/")[0])));
  }

  @Test
  void theKeyboardAloneReachesEverything() {
    site.answered("left or right?", "v0000", "left");
    site.answered("left or right?", "v0001", "right");
    doubted(new Said.Thumb(true), "a flood");
    browser.go(site.url("#/chat"));
    for (String view : VIEWS) {
      show(view);
      browser.script(
          "document.activeElement.blur(); window.met = new Set();"
              + " document.addEventListener('focusin', e => { const s = getComputedStyle(e.target),"
              + " v = e.target.matches('input[type=radio]') || s.outlineStyle !== 'none' ||"
              + " e.target.closest('.box') || e.target.id === 'main'; met.add(e.target); if (!v)"
              + " (window.unseen ??= []).push(e.target.outerHTML); })");
      for (int i = 0; i < 6 && !browser.script(MISSED).equals(List.of()); i++) {
        browser.press(String.valueOf(Keys.TAB.charAt(0)).repeat(20));
      }
      assertThat(browser.script(MISSED)).as(view).isEqualTo(List.of());
      assertThat(browser.script("return window.unseen")).as("focus not shown in " + view).isNull();
    }
  }

  private static final String MISSED =
      "return [...document.querySelectorAll('a[href], button, input, select, textarea, summary')]"
          + ".filter(e => e.checkVisibility() && !e.disabled && !met.has(e)).map(e => e.outerHTML)";

  @Test
  void theSkipLinkLeadsToTheContent() {
    browser.go(site.url("#/versions"));
    browser.press(Keys.TAB);
    assertThat(browser.await(".skip").getText()).isEqualTo("Skip to the content");
    browser.press(Keys.ENTER);
    assertThat(browser.driver.switchTo().activeElement().getDomAttribute("id")).isEqualTo("main");
    assertThat(browser.driver.getCurrentUrl()).endsWith("#/versions");
  }

  @Test
  void aPhoneScrollsDownwardsOnly() {
    String word = "w".repeat(300);
    doubted(new Said.Comment(word), word);
    site.answered(word, word.substring(0, 200), word);
    site.answered(word, "v0000", word + word);
    browser.size(320, 640); // the narrowest that is in use
    chat();
    for (String view : VIEWS) {
      show(view);
      if (view.equals("chat")) {
        ask(word);
        browser.await("[data-tool=rate]").click();
      }
      assertThat(browser.script(WIDER)).as(view).isEqualTo(List.of());
    }
  }

  /** What reaches beyond the screen, but for what scrolls by itself. */
  private static final String WIDER =
      "return [...document.querySelectorAll('body *')].filter(e => e.checkVisibility() &&"
          + " !e.closest('.hidden, pre, svg') && e.getBoundingClientRect().right > innerWidth +"
          + " 1).map(e => e.outerHTML.slice(0, 200))";

  @Test
  void darkAndLightFollowTheSystemUntilOneIsChosen() {
    browser.go(site.url("#/versions"));
    String light = ground();
    browser.prefers("dark");
    browser.awaitTrue("the dark ground", () -> !ground().equals(light));
    String dark = ground();
    browser.await("[aria-label='Switch to light']").click();
    browser.awaitTrue("the light ground", () -> ground().equals(light));
    browser.go(site.url("#/runs"));
    assertThat(ground()).as("kept").isEqualTo(light);
    browser.script("localStorage.removeItem('luthier-theme')");
    browser.go(site.url("#/runs"));
    assertThat(ground()).isEqualTo(dark);
  }

  private String ground() {
    return (String) browser.script("return getComputedStyle(document.body).backgroundColor");
  }

  /** WCAG 2.2, 1.4.3: text has a contrast of 4.5 to what is behind it. */
  @Test
  void textCanBeReadInBothThemes() {
    doubted(new Said.Thumb(true), "a flood");
    Set<Object> weak = new LinkedHashSet<>();
    browser.go(site.url("#/chat"));
    for (String view : VIEWS) {
      show(view);
      for (String scheme : List.of("light", "dark")) {
        browser.prefers(scheme);
        browser.awaitTrue(
            scheme,
            () -> scheme.equals(browser.script("return document.documentElement.dataset.theme")));
        weak.addAll((List<?>) browser.script(WEAK));
      }
    }
    assertThat(weak).isEmpty();
  }

  /** Relative luminance as WCAG defines it, of sRGB in 0..255. */
  private static final String WEAK =
      """
      const parse = c => c.match(/[\\d.]+/g).map(Number);
      const lum = ([r, g, b]) => [r, g, b].map(v => v / 255)
        .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((s, v, i) => s + v * [0.2126, 0.7152, 0.0722][i], 0);
      const behind = e => {
        for (let n = e; n; n = n.parentElement) {
          const c = parse(getComputedStyle(n).backgroundColor);
          if (c.length < 4 || c[3] === 1) return c;
        }
        return [255, 255, 255];
      };
      return [...document.querySelectorAll('body *')].filter(e => e.checkVisibility() && !e.closest('svg, :disabled, noscript')
          && [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
        .map(e => {
          const [a, b] = [lum(parse(getComputedStyle(e).color)), lum(behind(e))].sort((x, y) => y - x);
          return [(a + 0.05) / (b + 0.05), e];
        })
        .filter(([ratio]) => ratio < 4.5)
        .map(([ratio, e]) => document.documentElement.dataset.theme + ' ' + ratio.toFixed(2) + ' ' + e.outerHTML.slice(0, 120));
      """;

  @Test
  void theTokenIsAskedForWhereTheServerWantsOne(@TempDir Path home) {
    try (PageSite guarded = PageSite.routes(home, Optional.of("PATH"))) { // a variable that is set
      browser.go(guarded.url("#/versions"));
      browser.await("[name=token]").sendKeys("wrong", Keys.ENTER);
      browser.await("dialog h2", "That token was refused");
      browser.script(
          "const i = document.querySelector('[name=token]'); i.value = arguments[0];"
              + " i.form.requestSubmit()",
          System.getenv("PATH"));
      browser.await("[data-version=v0000]");
      assertThat(browser.script("return localStorage.length + ':' + sessionStorage.length"))
          .as("the token is in the session only")
          .isEqualTo("1:1");
    }
  }

  @Test
  void whatFailsIsSaidInWords(@TempDir Path home) {
    PageSite gone = PageSite.routes(home, Optional.empty());
    browser.go(gone.url("#/runs"));
    browser.await(".empty", "No run yet");
    gone.close();
    browser.script("location.hash = '#/review'");
    browser.await(".failure", "The server cannot be reached");
    browser.await(".failure button", "Try again");
  }
}
