package dev.luthier.serve;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.openqa.selenium.By;
import org.openqa.selenium.JavascriptException;
import org.openqa.selenium.Keys;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.support.ui.WebDriverWait;

/** A headless Chromium with an empty profile, and what tests do with it. */
final class Browser implements AutoCloseable {
  private static final Duration LONG = Duration.ofSeconds(60); // for a machine that is busy
  private static final Logger SELENIUM = Logger.getLogger("org.openqa.selenium");

  private static final String SHOWN =
      "return [...document.querySelectorAll(arguments[0])]"
          + ".find(e => e.checkVisibility() && e.innerText.includes(arguments[1])) ?? null";

  final ChromeDriver driver;
  private int loads;

  private Browser(ChromeDriver driver) {
    this.driver = driver;
  }

  /** Skips the tests, by name, where Chromium or its driver is not installed. */
  static Browser open(Path profile) {
    Optional<File> chromium = find("chromium", "chromium-browser", "google-chrome");
    Optional<File> driver = find("chromedriver");
    Assumptions.assumeTrue(
        chromium.isPresent() && driver.isPresent(), "chromium and chromedriver are not installed");
    SELENIUM.setLevel(Level.SEVERE); // it warns of versions of a protocol that is not used
    ChromeOptions options = new ChromeOptions();
    options.setBinary(chromium.orElseThrow());
    options.addArguments(
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--lang=en",
        "--user-data-dir=" + profile);
    options.setCapability("goog:loggingPrefs", Map.of("browser", "ALL"));
    ChromeDriverService service =
        new ChromeDriverService.Builder().usingDriverExecutable(driver.orElseThrow()).build();
    return new Browser(new ChromeDriver(service, options));
  }

  private static Optional<File> find(String... names) {
    List<String> folders =
        Arrays.asList(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator));
    return Stream.of(names)
        .flatMap(name -> folders.stream().map(folder -> new File(folder, name)))
        .filter(File::canExecute)
        .findFirst();
  }

  /** Loads the page anew, at a view, and waits until that is drawn. */
  void go(String url) {
    driver.get(url.replace("#", "?" + ++loads + "#")); // another hash alone loads nothing
    await("h1");
  }

  /** As a screen of this size, in pixels of CSS. */
  void size(int width, int height) {
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
  }

  /** What the system prefers: light or dark; and nothing that moves. */
  void prefers(String scheme) {
    driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of(
            "features",
            List.of(
                Map.of("name", "prefers-color-scheme", "value", scheme),
                Map.of("name", "prefers-reduced-motion", "value", "reduce"))));
  }

  /** The first that is there and can be seen. */
  WebElement await(String css) {
    return await(css, "");
  }

  /** The first whose text has this in it. */
  WebElement await(String css, String text) {
    return until(
        () -> Optional.ofNullable((WebElement) script(SHOWN, css, text)), css + " with " + text);
  }

  /** Waits for it to be true. */
  void awaitTrue(String what, Supplier<Boolean> condition) {
    until(() -> condition.get() ? Optional.of(true) : Optional.empty(), what);
  }

  private <T> T until(Supplier<Optional<T>> find, String what) {
    Optional<T> found =
        new WebDriverWait(driver, LONG, Duration.ofMillis(50))
            .ignoring(StaleElementReferenceException.class, JavascriptException.class)
            .withMessage(() -> what + " in " + driver.findElement(By.tagName("body")).getText())
            .until(d -> Optional.of(find.get()).filter(Optional::isPresent).orElse(null));
    return found.orElseThrow();
  }

  List<WebElement> all(String css) {
    return driver.findElements(By.cssSelector(css));
  }

  /** Presses keys, as a person does: they go to whatever has the focus. */
  void press(CharSequence... keys) {
    driver.switchTo().activeElement().sendKeys(keys);
  }

  /** Moves on with the Tab key until what is meant has the focus. */
  WebElement tabTo(String css) {
    for (int i = 0; i < 80; i++) {
      WebElement now = driver.switchTo().activeElement();
      if ((boolean) driver.executeScript("return arguments[0].matches(arguments[1])", now, css)) {
        return now;
      }
      now.sendKeys(Keys.TAB);
    }
    throw new AssertionError(css + " cannot be reached with the Tab key");
  }

  Object script(String text, Object... arguments) {
    return driver.executeScript(text, arguments);
  }

  /** What the page complained of since the last look: errors of scripts, refused loads. */
  List<String> complaints() {
    return driver.manage().logs().get("browser").getAll().stream()
        .filter(e -> e.getLevel().intValue() >= Level.SEVERE.intValue())
        .map(LogEntry::getMessage)
        .toList();
  }

  /** Keeps a picture of what is shown. */
  void picture(Path file) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.write(file, driver.getScreenshotAs(org.openqa.selenium.OutputType.BYTES));
  }

  @Override
  public void close() {
    driver.quit();
  }
}
