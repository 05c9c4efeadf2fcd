"""What people do on several pages."""

from playwright.sync_api import Page, expect


def stop(page: Page) -> None:
    """Press Stop; while a page is being redrawn, the button of before may stand there too."""
    button = page.get_by_role("button", name="Stop")
    expect(button).to_have_count(1)
    button.click()
