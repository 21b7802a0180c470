"""Make the picture of the README: the report's summary in Chromium, with the basis of a number open.

python docs/site/screenshot.py          # after `make report`; writes docs/report.webp
"""

import io
import shutil
from pathlib import Path

from PIL import Image
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

ROOT = Path(__file__).parents[2]
REPORT = ROOT / "outputs" / "2569-6m" / "report.html"
NUMBER = "#csr .n[popovertarget$='csr.linked_share']"

options = webdriver.ChromeOptions()
for flag in ("--headless=new", "--no-sandbox", "--hide-scrollbars"):
    options.add_argument(flag)
driver = webdriver.Chrome(options, Service(shutil.which("chromedriver")))
size = {"width": 1280, "height": 640, "deviceScaleFactor": 1, "mobile": False}
driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
driver.get(REPORT.as_uri())
driver.execute_script("document.querySelector('#csr').scrollIntoView({behavior: 'instant'})")
driver.execute_script("document.querySelector(arguments[0]).click()", NUMBER)
picture = Image.open(io.BytesIO(driver.get_screenshot_as_png())).convert("RGB")
driver.quit()
picture.save(ROOT / "docs" / "report.webp", quality=80, method=6)
