"""msal-python for the token, requests for the users: the same cases as run.mjs."""

import json
import os

import msal
import requests

env = os.environ
graph = env["GRAPH_ORIGIN"]


def list_users(case):
    key = case.get("key")
    credential = {"private_key": key, "thumbprint": case["thumbprint"]} if key else case["clientSecret"]
    app = msal.ConfidentialClientApplication(
        case["clientId"],
        authority=env["LOGIN_ORIGIN"] + "/" + env["TENANT_ID"],
        client_credential=credential,
        validate_authority=False,
    )
    token = app.acquire_token_for_client([graph + "/.default"])
    if "access_token" not in token:
        return token["error"] + " " + token["error_description"]
    count, link = 0, graph + "/v1.0/users?$top=999"
    while link:
        page = requests.get(link, headers={"Authorization": "Bearer " + token["access_token"]}).json()
        if "error" in page:
            return page["error"]["code"] + " " + page["error"]["message"]
        count, link = count + len(page["value"]), page.get("@odata.nextLink")
    return count


print(json.dumps({name: list_users(case) for name, case in json.loads(env["CLIENT_CASES"]).items()}))
