from __future__ import annotations

import time

from colophon.connectors.web.html import read_page


def test_a_page_of_many_links_is_read_in_linear_time():
    seconds = []
    for links in (500, 8_000):
        start = time.process_time()
        page = read_page(
            '<a rel="nofollow" href="/a">a</a> ' * links + '<a rel="license" href="/terms">t</a>', "http://e.org/"
        )
        seconds.append(time.process_time() - start)
        assert page.license is not None
        assert page.license.claim == "http://e.org/terms"
    assert seconds[1] < 48 * seconds[0] + 1
